using System.IO.Pipelines;
using System.Net.Security;

namespace EdgeProxy.Certificates.Tls;

/// <summary>The server end of a TLS connection that this process opened to itself in memory. The client end offers what OpenSSL does by
/// default.</summary>
internal sealed class SelfConnection : IAsyncDisposable
{
    // Far longer than a handshake takes; bounds the wait of whoever opens one.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    // With a bounded pipe both ends would wait for each other where one sends a long chain.
    private static readonly PipeOptions Unlimited = new(pauseWriterThreshold: 0, useSynchronizationContext: false);

    private readonly SslStream _server;

    private SelfConnection(SslStream server) => _server = server;

    /// <exception cref="System.Security.Authentication.AuthenticationException">The certificate is of no use in a handshake.</exception>
    /// <exception cref="TimeoutException">The machine is too busy.</exception>
    public static async Task<SelfConnection> OpenAsync(ServingCertificate certificate, CancellationToken cancellationToken)
    {
        var clientOptions = new SslClientAuthenticationOptions
        {
            TargetHost = "self",
            AllowTlsResume = false,
            RemoteCertificateValidationCallback = (_, shown, _, _) => certificate.Leaf.Equals(shown),
        };
        var (toServer, toClient) = (new Pipe(Unlimited), new Pipe(Unlimited));
        var server = new SslStream(new PipeStream(toServer.Reader, toClient.Writer));
        await using var client = new SslStream(new PipeStream(toClient.Reader, toServer.Writer));
        using var timeout = new CancellationTokenSource(Timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await ConnectAsync(
                server.AuthenticateAsServerAsync(certificate.Options, either.Token),
                client.AuthenticateAsClientAsync(clientOptions, either.Token),
                either);
            return new SelfConnection(server);
        }
        catch (Exception exception)
        {
            await server.DisposeAsync();
            if (exception is OperationCanceledException && timeout.IsCancellationRequested)
                throw new TimeoutException($"A handshake with ourselves took longer than {Timeout.TotalSeconds:0} seconds.", exception);
            throw;
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>Waits for both ends. When one fails, the other is told to give up: it would wait for an answer.</summary>
    private static async Task ConnectAsync(Task server, Task client, CancellationTokenSource giveUp)
    {
        var first = await Task.WhenAny(server, client);
        if (!first.IsCompletedSuccessfully)
            await giveUp.CancelAsync();
        await Task.WhenAll(server, client).ContinueWith(_ => { }, TaskScheduler.Default);
        // Where both fail, the server's exception says more; where only the client fails, its own says what it refuses.
        await (server is { IsFaulted: true } || client.IsCompletedSuccessfully ? server : client);
    }

    /// <summary>One end of a pair of pipes.</summary>
    private sealed class PipeStream(PipeReader reader, PipeWriter writer) : Stream
    {
        private readonly Stream _input = reader.AsStream();
        private readonly Stream _output = writer.AsStream();

        public override bool CanRead => true;
        public override bool CanWrite => true;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _input.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            _output.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => _input.Read(buffer, offset, count);
        public override void Write(byte[] buffer, int offset, int count) => _output.Write(buffer, offset, count);
        public override void Flush() => _output.Flush();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _input.Dispose();
                _output.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
