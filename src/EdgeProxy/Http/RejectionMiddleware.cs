using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using EdgeProxy.Observability;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace EdgeProxy.Http;

/// <summary>Connection middleware, between TLS and the server's HTTP: lets <see cref="BadRequestObserver"/> answer what the server refuses
/// before any request middleware sees it. HTTP/2 passes untouched; it has resets instead of answers.</summary>
internal sealed class RejectionMiddleware(ILoggerFactory loggers, TimeProvider clock)
{
    // What a client may still send after an answer it has not read yet. Closing on unread bytes resets the connection, and the answer is lost.
    private const long MaxDrainedBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan MaxDrainTime = TimeSpan.FromSeconds(3);

    private readonly ILogger _access = loggers.CreateLogger(AccessLog.Category);

    public ConnectionDelegate Use(ConnectionDelegate next) => connection => IsHttp2(connection) ? next(connection) : WatchAsync(next, connection);

    private async Task WatchAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        var transport = connection.Transport;
        var output = new RejectionWriter(transport.Output);
        var client = ClientAddress.Unmap((connection.RemoteEndPoint as IPEndPoint)?.Address);
        var rejection = new RejectionFeature(output, client, _access, clock);
        connection.Features.Set(rejection);
        connection.Transport = new Duplex(transport.Input, output);
        try
        {
            await next(connection);
            if (rejection.IsRejected)
                await DrainAsync(transport.Input, connection.ConnectionClosed);
        }
        finally
        {
            connection.Transport = transport;
        }
    }

    private async Task DrainAsync(PipeReader input, CancellationToken closed)
    {
        using var limit = new CancellationTokenSource(MaxDrainTime, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, closed);
        try
        {
            for (var drained = 0L; drained < MaxDrainedBytes;)
            {
                var read = await input.ReadAsync(either.Token);
                drained += read.Buffer.Length;
                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    return;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The client is gone, or has had its time.
        }
    }

    private static bool IsHttp2(ConnectionContext connection) =>
        connection.Features.Get<ITlsApplicationProtocolFeature>() is { } tls
        && tls.ApplicationProtocol.Span.SequenceEqual(SslApplicationProtocol.Http2.Protocol.Span);

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
