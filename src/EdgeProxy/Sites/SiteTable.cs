using System.Buffers;
using System.Collections.Immutable;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Sites;

/// <summary>One snapshot of what is served: the configuration in force, and host name to live site. Immutable; swapped whole.</summary>
internal sealed class SiteTable
{
    // A Host header may hold other characters (sub-delims, a wildcard's asterisk), which no redirect may repeat.
    private static readonly SearchValues<char> HostCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.:");

    private readonly HostTable<LiveSite> _byName;

    private SiteTable(EdgeConfig config, ImmutableArray<LiveSite> sites)
    {
        Config = config;
        Sites = sites;
        _byName = new HostTable<LiveSite>(
            [.. sites.SelectMany(site => site.Config.Names, (site, name) => KeyValuePair.Create(name.Name, site))]);
    }

    public EdgeConfig Config { get; }

    /// <summary>In the order of the configuration.</summary>
    public ImmutableArray<LiveSite> Sites { get; }

    /// <param name="build">Makes a site's pipeline.</param>
    /// <param name="before">The table in force: sites that are configured alike are taken over from it.</param>
    public static SiteTable Create(EdgeConfig config, Func<Site, RequestDelegate> build, SiteTable? before = null) => new(
        config,
        [.. config.Sites.Select(site => before?.Kept(site) ?? new LiveSite(site, build(site)))]);

    /// <summary>The site of a name in <see cref="HostName"/> form: the exact name first, then a wildcard for its first label.</summary>
    public LiveSite? Find(string host) => host.AsSpan().ContainsAnyExcept(HostCharacters) ? null : _byName.Find(host);

    private LiveSite? Kept(Site site) => _byName.Find(site.Name) is { } live && live.Config == site ? live : null;
}
