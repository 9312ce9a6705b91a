using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Proxy.Upstreams;

/// <summary>Decides on a connection that ends before the answer. <c>SocketsHttpHandler</c> sends a request without content again then, three
/// times and whatever its method. That is right for a safe request on a connection that was used before, as the upstream may have ended it
/// when the request was on its way (RFC 9110 §9.2.2, RFC 9112 §9.3.1). Everything else may have been carried out and is sent once.</summary>
internal struct RequestRepetition
{
    private static readonly object Safe = new();
    private static readonly object Unsafe = new();

    // The handler tells a connection nothing about the request. The method and the connection's writes share a flow.
    private static readonly AsyncLocal<object?> Current = new();

    private object? _request;
    private int _requests;

    /// <summary>Notes what is about to be forwarded in this flow.</summary>
    public static void Note(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true)
            Current.Value = IsSafe(context.Request.Method) ? Safe : Unsafe;
    }

    /// <summary>Notes that the connection was written to.</summary>
    public void Wrote()
    {
        if (_request is not null || Current.Value is not { } request)
            return;
        _request = request;
        _requests++;
    }

    /// <summary>Notes what the connection gave.</summary>
    /// <param name="count">Bytes; zero for its end.</param>
    /// <exception cref="HttpIOException">It ended without an answer to a request that must not be sent again.</exception>
    public void Read(int count)
    {
        if (_request is not { } request)
            return;
        _request = null;
        if (count == 0 && (_requests == 1 || request == Unsafe))
            throw new HttpIOException(HttpRequestError.ResponseEnded, "The connection was closed without an answer.");
    }

    // RFC 9110 §9.2.1. A CONNECT that gets here opens a WebSocket, which is a GET for the upstream.
    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method)
        || HttpMethods.IsConnect(method);
}
