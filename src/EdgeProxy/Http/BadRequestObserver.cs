using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Http;

/// <summary>Hears, in the middle of the server's processing, that it refuses a request by itself, and has the connection's
/// <see cref="RejectionFeature"/> answer.</summary>
internal sealed class BadRequestObserver : IObserver<KeyValuePair<string, object?>>
{
    private const string EventName = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    private BadRequestObserver()
    {
    }

    /// <param name="source">The host's: where its Kestrel writes to.</param>
    public static IDisposable Subscribe(DiagnosticListener source) => source.Subscribe(new BadRequestObserver(), name => name == EventName);

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value is { Key: EventName, Value: IFeatureCollection request }
            && request.Get<RejectionFeature>() is { } rejection
            && request.Get<IBadRequestExceptionFeature>()?.Error is BadHttpRequestException refusal)
        {
            rejection.Reject(Status(refusal), request.Get<IHttpRequestFeature>()?.Method ?? "", request.Get<IHttpResponseFeature>()?.HasStarted == true);
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    // Kestrel says 405 for a target that is neither a path nor an absolute URL. It is the request that is wrong, not its method.
    private static int Status(BadHttpRequestException refusal) =>
        refusal.StatusCode == StatusCodes.Status405MethodNotAllowed ? StatusCodes.Status400BadRequest : refusal.StatusCode;
}
