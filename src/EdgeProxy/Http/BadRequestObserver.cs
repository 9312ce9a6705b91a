using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Http;

/// <summary>Is called by Kestrel when it refuses a request by itself, before it writes its own answer, and has the connection's
/// <see cref="RejectionFeature"/> answer instead.</summary>
internal sealed class BadRequestObserver : IObserver<KeyValuePair<string, object?>>
{
    private const string EventName = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    private BadRequestObserver()
    {
    }

    /// <param name="source">The listener that the host's Kestrel writes to.</param>
    public static IDisposable Subscribe(DiagnosticListener source) => source.Subscribe(new BadRequestObserver(), name => name == EventName);

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value is { Key: EventName, Value: IFeatureCollection request }
            && request.Get<RejectionFeature>() is { } rejection
            && request.Get<IBadRequestExceptionFeature>()?.Error is BadHttpRequestException refusal)
        {
            rejection.Reject(
                Status(refusal),
                request.Get<IHttpRequestFeature>()?.Method ?? "",
                request.Get<IHttpResponseFeature>()?.HasStarted == true);
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    private static int Status(BadHttpRequestException refusal) => refusal.StatusCode switch
    {
        // Kestrel says this for a target that is neither a path nor an absolute URL: the request is malformed, whatever its method.
        StatusCodes.Status405MethodNotAllowed => StatusCodes.Status400BadRequest,
        // The request line is part of the head, and a head over the limit has one answer.
        StatusCodes.Status414UriTooLong => StatusCodes.Status431RequestHeaderFieldsTooLarge,
        var status => status,
    };
}
