using System.Net.Security;

namespace EdgeProxy.Proxy.Upstreams;

/// <summary>TLS to an upstream, with the same rule about repeated requests as without.</summary>
internal sealed class UpstreamTlsStream(Stream inner) : SslStream(inner)
{
    private RequestRepetition _repetition;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await base.ReadAsync(buffer, cancellationToken);
        // An empty buffer only waits.
        if (!buffer.IsEmpty)
            _repetition.Read(count);
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _repetition.Wrote();
        return base.WriteAsync(buffer, cancellationToken);
    }
}
