using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Proxy.Upstreams;

/// <summary>A connection to an upstream in HTTP/1.1, above TLS where there is any. Decides what follows when it ends before the answer:
/// <c>SocketsHttpHandler</c> sends a request without content again then, three times and whatever its method. That is right for a safe
/// request on a connection that was used before, as the upstream may have ended it when the request was on its way (RFC 9110 §9.2.2,
/// RFC 9112 §9.3.1). Everything else may have been carried out and is sent once.</summary>
internal sealed class RepetitionStream(Stream inner) : Stream
{
    private static readonly object Safe = new();
    private static readonly object Unsafe = new();

    // The handler tells a connection nothing about the request. The method and the connection's writes share a flow.
    private static readonly AsyncLocal<object?> Current = new();

    private object? _request;
    private int _requests;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Notes what is about to be forwarded in this flow.</summary>
    public static void Note(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true)
            Current.Value = IsSafe(context.Request.Method) ? Safe : Unsafe;
    }

    /// <exception cref="HttpIOException">It ended without an answer to a request that must not be sent again.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        // An empty buffer only waits.
        if (buffer.IsEmpty || _request is not { } request)
            return count;
        _request = null;
        if (count == 0 && (_requests == 1 || request == Unsafe))
            throw new HttpIOException(HttpRequestError.ResponseEnded, "The connection was closed without an answer.");
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_request is null && Current.Value is { } request)
        {
            _request = request;
            _requests++;
        }

        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    // RFC 9110 §9.2.1. A CONNECT that gets here opens a WebSocket, which is a GET for the upstream.
    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method)
        || HttpMethods.IsConnect(method);
}
