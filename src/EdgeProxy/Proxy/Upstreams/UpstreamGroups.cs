using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Proxy.Upstreams;

/// <summary>The upstreams of every site. They outlive a reload: a site that names its upstreams as before keeps turn, health and
/// connections; one that names others keeps them for those that stay. Prepared and committed by one caller at a time.</summary>
internal sealed class UpstreamGroups(UpstreamPools pools, TimeProvider time)
{
    private Dictionary<string, UpstreamGroup> _groups = [];

    /// <summary>Those in force.</summary>
    public IReadOnlyCollection<UpstreamGroup> All => Volatile.Read(ref _groups).Values;

    /// <summary>Makes what a configuration needs. Nothing in force changes, and nothing is opened.</summary>
    public PreparedUpstreams Prepare(EdgeConfig config)
    {
        var groups = new Dictionary<string, UpstreamGroup>(config.Sites.Count);
        foreach (var site in config.Sites)
        {
            if (site.Target is SiteTarget.Proxy target)
                groups.Add(site.Name, For(site.Name, target));
        }

        return new PreparedUpstreams(groups, () => Commit(groups));
    }

    private UpstreamGroup For(string site, SiteTarget.Proxy target)
    {
        var before = _groups.GetValueOrDefault(site);
        if (before?.Target == target)
            return before;
        var health = new Dictionary<Upstream, UpstreamHealth>();
        foreach (var known in before?.Upstreams ?? [])
            health[known.Config] = known.Health;
        return new UpstreamGroup(site, target, [.. target.Upstreams.Select(upstream => Create(upstream, target, health))]);
    }

    private LiveUpstream Create(Upstream upstream, SiteTarget.Proxy target, Dictionary<Upstream, UpstreamHealth> health)
    {
        if (!health.TryGetValue(upstream, out var own))
            health.Add(upstream, own = new UpstreamHealth(time));
        return new LiveUpstream(upstream, target, pools.For(upstream, target.ConnectTimeout), own);
    }

    private void Commit(Dictionary<string, UpstreamGroup> groups)
    {
        var before = _groups;
        Volatile.Write(ref _groups, groups);
        // First what is held, then what is let go: a pool that stays is never without a holder.
        foreach (var pool in PoolsOfThoseNotIn(before, groups))
            pool.Hold();
        foreach (var pool in PoolsOfThoseNotIn(groups, before))
            pool.Release();
        pools.RemoveUnheld();
    }

    private static IEnumerable<UpstreamPool> PoolsOfThoseNotIn(
        Dictionary<string, UpstreamGroup> other, Dictionary<string, UpstreamGroup> groups) => groups
        .Where(pair => !ReferenceEquals(other.GetValueOrDefault(pair.Key), pair.Value))
        .SelectMany(pair => pair.Value.Upstreams, (_, upstream) => upstream.Pool);
}

/// <summary>The upstreams of a configuration that is about to be applied.</summary>
internal sealed class PreparedUpstreams(IReadOnlyDictionary<string, UpstreamGroup> groups, Action commit)
{
    /// <summary>The group of a site that forwards.</summary>
    public UpstreamGroup Of(Site site) => groups[site.Name];

    /// <summary>Puts them in force, and lets go of what no site names any more. Does not fail.</summary>
    public void Commit() => commit();
}
