using System.Collections.Immutable;
using EdgeProxy.Proxy.Messages;

namespace EdgeProxy.Proxy.Upstreams;

/// <summary>The upstreams of one site, taken in turn. Of several, those that fail are passed over; a single one is always tried.</summary>
internal sealed class UpstreamGroup(ImmutableArray<LiveUpstream> upstreams, SiteTransformer transformer)
{
    private int _turn = -1;

    public int Count => upstreams.Length;

    public SiteTransformer Transformer => transformer;

    /// <returns>Null when none is healthy.</returns>
    public LiveUpstream? Next()
    {
        if (upstreams.Length == 1)
            return upstreams[0];
        var first = (uint)Interlocked.Increment(ref _turn);
        for (var offset = 0u; offset < upstreams.Length; offset++)
        {
            var upstream = upstreams[(int)((first + offset) % (uint)upstreams.Length)];
            if (upstream.Health.IsHealthy)
                return upstream;
        }

        return null;
    }
}
