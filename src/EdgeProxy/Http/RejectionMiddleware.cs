using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using EdgeProxy.Observability;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace EdgeProxy.Http;

/// <summary>Connection middleware, between TLS and the server's HTTP: lets <see cref="BadRequestObserver"/> answer what the server refuses
/// before any request middleware sees it. HTTP/2 passes untouched: there the server resets streams.</summary>
internal sealed class RejectionMiddleware(AccessLog log, TimeProvider time)
{
    // Closing while the client still sends resets the connection, and the answer may be lost with it.
    private static readonly TimeSpan MaxDrainTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(0.5);

    public ConnectionDelegate Use(ConnectionDelegate next) =>
        connection => IsHttp2(connection) ? next(connection) : WatchAsync(next, connection);

    private async Task WatchAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        var transport = connection.Transport;
        var output = new RejectionWriter(transport.Output);
        var client = PlainAddress.Of((connection.RemoteEndPoint as IPEndPoint)?.Address);
        var rejection = new RejectionFeature(output, client, log, time);
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
        using var silence = new CancellationTokenSource(MaxSilence, time);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, closed);
        var start = time.GetTimestamp();
        try
        {
            while (time.GetElapsedTime(start) < MaxDrainTime)
            {
                var read = await input.ReadAsync(enough.Token);
                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    return;
                silence.CancelAfter(MaxSilence);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidOperationException)
        {
            // Nothing more comes, or the client is gone.
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
