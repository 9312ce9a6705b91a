using System.Collections.Immutable;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Proxy.Upstreams;

/// <summary>The upstreams of one site, taken in turn, as long as the site names them alike. A single one is always tried; of several, those
/// that are not healthy are passed over.</summary>
internal sealed class UpstreamGroup(string site, SiteTarget.Proxy target, ImmutableArray<LiveUpstream> upstreams)
{
    private int _turn = -1;

    public string Site => site;

    public SiteTarget.Proxy Target => target;

    public ImmutableArray<LiveUpstream> Upstreams => upstreams;

    /// <returns>Null when none can be reached. One that fails otherwise is better than none.</returns>
    public LiveUpstream? Next()
    {
        if (upstreams.Length == 1)
            return upstreams[0];
        var first = (uint)Interlocked.Increment(ref _turn);
        return Find(first, static health => health.IsHealthy) ?? Find(first, static health => health.IsReachable);
    }

    private LiveUpstream? Find(uint first, Func<UpstreamHealth, bool> isGood)
    {
        for (var offset = 0u; offset < upstreams.Length; offset++)
        {
            var upstream = upstreams[(int)((first + offset) % (uint)upstreams.Length)];
            if (isGood(upstream.Health))
                return upstream;
        }

        return null;
    }
}
