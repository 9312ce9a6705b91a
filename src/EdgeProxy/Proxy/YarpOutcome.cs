using System.Net.Sockets;
using EdgeProxy.Observability;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeProxy.Proxy;

/// <summary>What YARP's forwarder reports, as an outcome.</summary>
internal static class YarpOutcome
{
    private const int BadGateway = StatusCodes.Status502BadGateway;
    private const int GatewayTimeout = StatusCodes.Status504GatewayTimeout;

    /// <summary>The outcome of a request that YARP has forwarded. Its report is taken away, so that nobody else acts on it.</summary>
    public static ForwardOutcome Take(HttpContext context)
    {
        if (context.Features.Get<IForwarderErrorFeature>() is not { } report)
            return ForwardOutcome.Answered;
        context.Features.Set<IForwarderErrorFeature>(null);
        var outcome = context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted
            ? ForwardOutcome.ClientGone
            : From(report.Error, report.Exception, context.Response);
        // YARP has set a status of its own.
        if (outcome.Result != ForwardResult.Answered && !context.Response.HasStarted)
            context.Response.StatusCode = StatusCodes.Status200OK;
        return outcome;
    }

    private static ForwardOutcome From(ForwarderError error, Exception? exception, HttpResponse response) => error switch
    {
        ForwarderError.NoAvailableDestinations => ForwardOutcome.NoUpstream,
        ForwarderError.RequestTimedOut when IsConnectTimeout(exception) =>
            new(ForwardResult.ConnectTimeout, GatewayTimeout, "accepted no connection in time"),
        ForwarderError.RequestTimedOut => new(ForwardResult.Timeout, GatewayTimeout, "did not answer in time"),
        // Not by the client, or it would not get here: the timeout of a route.
        ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled =>
            new(ForwardResult.Timeout, GatewayTimeout, "did not answer in the time its route allows"),
        ForwarderError.RequestCreation when exception is FormatException =>
            new(ForwardResult.ClientFailed, StatusCodes.Status400BadRequest, $"cannot be asked for this target: {Text(exception)}"),
        ForwarderError.Request when exception?.GetBaseException() is SocketException { SocketErrorCode: SocketError.TooManyOpenSockets } =>
            new(ForwardResult.NoSocket, StatusCodes.Status503ServiceUnavailable, "cannot be asked: too many sockets are open"),
        ForwarderError.Request or ForwarderError.RequestCreation => new(ResultOf(exception), BadGateway, Describe(exception)),
        // YARP wraps the exception when the request has failed; bare, the upstream has answered all the same.
        ForwarderError.RequestBodyClient or ForwarderError.RequestBodyDestination when exception is not AggregateException =>
            ForwardOutcome.Answered,
        // The reading of a client's body is cancelled when the upstream fails meanwhile, which YARP takes for the client's doing. A client
        // that stops for too long looks the same but for YARP's status: 408.
        ForwarderError.RequestBodyClient
            when exception.InnerException is OperationCanceledException && response.StatusCode != StatusCodes.Status408RequestTimeout =>
            new(ForwardResult.NoAnswer, BadGateway, "broke off while it was sent the request"),
        ForwarderError.RequestBodyClient => new(ForwardResult.ClientFailed, response.StatusCode, "was not sent the whole request"),
        ForwarderError.RequestBodyDestination =>
            new(ForwardResult.NoAnswer, response.StatusCode, "broke off while it was sent the request"),
        ForwarderError.ResponseHeaders =>
            new(ForwardResult.InvalidAnswer, BadGateway, $"sent an answer that cannot be forwarded: {Text(exception)}"),
        ForwarderError.ResponseBodyDestination when exception is OperationCanceledException =>
            new(ForwardResult.BrokenAnswer, GatewayTimeout, "fell silent in the middle of its answer"),
        ForwarderError.ResponseBodyDestination => new(ForwardResult.BrokenAnswer, BadGateway, "broke off in the middle of its answer"),
        ForwarderError.ResponseBodyClient or ForwarderError.ResponseBodyCanceled => ForwardOutcome.ClientGone,
        // An upgraded connection ends as its two ends please.
        _ when response.HasStarted => ForwardOutcome.Answered,
        ForwarderError.UpgradeActivityTimeout or ForwarderError.UpgradeRequestCanceled or ForwarderError.UpgradeRequestClient
            or ForwarderError.UpgradeRequestDestination or ForwarderError.UpgradeResponseCanceled or ForwarderError.UpgradeResponseClient
            or ForwarderError.UpgradeResponseDestination =>
            new(ForwardResult.InvalidAnswer, BadGateway, "switched protocols without being asked"),
        _ => new(ForwardResult.NoAnswer, BadGateway, $"failed ({error}): {Text(exception)}"),
    };

    private static ForwardResult ResultOf(Exception? exception) => (exception as HttpRequestException)?.HttpRequestError switch
    {
        HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError =>
            ForwardResult.Unreachable,
        HttpRequestError.InvalidResponse => ForwardResult.InvalidAnswer,
        _ => ForwardResult.NoAnswer,
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

    // The innermost message names the cause. It may quote what the upstream sent.
    private static string Text(Exception? exception) => OutsideText.Sentence(exception?.GetBaseException().Message ?? "").TrimEnd('.');
}
