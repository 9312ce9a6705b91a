using System.IO.Pipelines;
using System.Net.Security;

namespace EdgeProxy.Certificates.Tls;

/// <summary>The server end of a TLS connection that this process opened to itself in memory.</summary>
internal sealed class SelfConnection : IAsyncDisposable
{
    private readonly SslStream _server;

    private SelfConnection(SslStream server) => _server = server;

    public static async Task<SelfConnection> OpenAsync(ServingCertificate certificate)
    {
        var clientOptions = new SslClientAuthenticationOptions
        {
            TargetHost = "self",
            AllowTlsResume = false,
            RemoteCertificateValidationCallback = (_, shown, _, _) => certificate.Leaf.Equals(shown),
        };
        var toServer = new Pipe();
        var toClient = new Pipe();
        var server = new SslStream(new PipeStream(toServer.Reader, toClient.Writer));
        await using var client = new SslStream(new PipeStream(toClient.Reader, toServer.Writer));
        await Task.WhenAll(server.AuthenticateAsServerAsync(certificate.Options), client.AuthenticateAsClientAsync(clientOptions));
        return new SelfConnection(server);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

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
