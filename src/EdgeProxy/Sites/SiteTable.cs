using System.Collections.Frozen;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Sites;

/// <summary>Host name to site. Immutable; swapped whole when the configuration changes.</summary>
internal sealed class SiteTable(EdgeConfig config)
{
    private readonly FrozenDictionary<string, Site> _byName = config.Sites
        .SelectMany(site => site.Names.Select(name => (name.Name, site)))
        .ToFrozenDictionary(pair => pair.Name, pair => pair.site, StringComparer.Ordinal);

    public EdgeConfig Config { get; } = config;

    /// <summary>The site of a name in <see cref="HostName"/> form: the exact name first, then a wildcard for its first label.</summary>
    public Site? Find(string host)
    {
        if (_byName.TryGetValue(host, out var site))
            return site;
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 ? _byName.GetValueOrDefault(string.Concat("*", host.AsSpan(dot))) : null;
    }
}
