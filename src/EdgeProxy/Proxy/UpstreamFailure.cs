using System.Net.Sockets;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeProxy.Proxy;

/// <summary>What a failed forwarding means: the status to answer with, and, where the upstream is to blame, what it did.</summary>
/// <param name="Status">Sent when the response has not started.</param>
/// <param name="What">Continues the sentence "upstream X ...".</param>
/// <param name="IsOfUpstream">False when the client is to blame.</param>
internal sealed record UpstreamFailure(int Status, string What, bool IsOfUpstream)
{
    private const int BadGateway = StatusCodes.Status502BadGateway;
    private const int GatewayTimeout = StatusCodes.Status504GatewayTimeout;
    private const int MaxTextLength = 200;

    /// <param name="error">What YARP reports.</param>
    /// <param name="exception">The cause, if there is one.</param>
    /// <param name="response">With the status YARP has set.</param>
    /// <returns>Null when nothing failed that matters: the upstream's own answer stands.</returns>
    public static UpstreamFailure? From(ForwarderError error, Exception? exception, HttpResponse response) => error switch
    {
        ForwarderError.NoAvailableDestinations => new(StatusCodes.Status503ServiceUnavailable, "has no healthy server", true),
        ForwarderError.RequestTimedOut =>
            new(GatewayTimeout, IsConnectTimeout(exception) ? "accepted no connection in time" : "did not answer in time", true),
        // Not by the client, or it would not get here: the timeout of a route.
        ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled =>
            new(GatewayTimeout, "did not answer in the time its route allows", true),
        ForwarderError.RequestCreation when exception is FormatException =>
            new(StatusCodes.Status400BadRequest, $"cannot be asked for this target: {Text(exception)}", false),
        ForwarderError.Request or ForwarderError.RequestCreation => new(BadGateway, Describe(exception), true),
        // YARP wraps the exception when the request has failed; bare, the upstream has answered all the same.
        ForwarderError.RequestBodyClient or ForwarderError.RequestBodyDestination when exception is not AggregateException => null,
        ForwarderError.RequestBodyClient => new(response.StatusCode, "was not sent the whole request", false),
        ForwarderError.RequestBodyDestination => new(response.StatusCode, "broke off while it was sent the request", true),
        ForwarderError.ResponseHeaders => new(BadGateway, $"sent an answer that cannot be forwarded: {Text(exception)}", true),
        ForwarderError.ResponseBodyDestination when exception is OperationCanceledException =>
            new(GatewayTimeout, "fell silent in the middle of its answer", true),
        ForwarderError.ResponseBodyDestination => new(BadGateway, "broke off in the middle of its answer", true),
        // An upgraded connection ends as its two ends please; but where it could not be upgraded, the client had not asked for it.
        _ => new(BadGateway, "switched protocols without being asked", !response.HasStarted),
    };

    /// <summary>Whether no connection was made, so that nothing of the request has been sent.</summary>
    public static bool IsUnreachable(ForwarderError error, Exception? exception) => error switch
    {
        ForwarderError.Request => (exception as HttpRequestException)?.HttpRequestError
            is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        ForwarderError.RequestTimedOut => IsConnectTimeout(exception),
        _ => false,
    };

    private static bool IsConnectTimeout(Exception? exception) =>
        exception is OperationCanceledException { InnerException: TimeoutException };

    private static string Describe(Exception? exception) => (exception as HttpRequestException)?.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "has a name that cannot be resolved",
        HttpRequestError.SecureConnectionError => $"offers no TLS that can be trusted: {Text(exception)}",
        HttpRequestError.ResponseEnded => "closed the connection without an answer",
        HttpRequestError.InvalidResponse => $"sent no valid HTTP: {Text(exception)}",
        HttpRequestError.ConnectionError when IsRefusal(exception) => "refused the connection",
        HttpRequestError.ConnectionError => $"cannot be reached: {Text(exception)}",
        _ => $"failed: {Text(exception)}",
    };

    private static bool IsRefusal(Exception? exception) =>
        exception?.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };

    // The innermost message names the cause. It may quote what the upstream sent: one line, and not a long one.
    private static string Text(Exception? exception)
    {
        var text = exception?.GetBaseException().Message ?? "";
        var line = string.Create(Math.Min(text.Length, MaxTextLength), text, static (target, source) =>
        {
            for (var index = 0; index < target.Length; index++)
                target[index] = char.IsControl(source[index]) ? '?' : source[index];
        });
        return line.TrimEnd('.');
    }
}
