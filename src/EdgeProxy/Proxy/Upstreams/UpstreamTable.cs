using System.Runtime.CompilerServices;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Proxy.Messages;

namespace EdgeProxy.Proxy.Upstreams;

/// <summary>From what a site's configuration says to its upstreams as requests see them. A request that began before a reload still
/// holds the site of its time, and so goes on to that site's upstreams.</summary>
internal sealed class UpstreamTable(UpstreamClientTable clients, TimeProvider clock)
{
    private readonly ConditionalWeakTable<SiteTarget.Proxy, UpstreamGroup> _groups = [];

    public UpstreamGroup For(SiteTarget.Proxy target) =>
        _groups.TryGetValue(target, out var group) ? group : _groups.GetValue(target, Create);

    private UpstreamGroup Create(SiteTarget.Proxy target) => new(
        [.. target.Upstreams.Select(upstream =>
            new LiveUpstream(upstream, target, clients.For(upstream, target.ConnectTimeout), new UpstreamHealth(clock)))],
        new SiteTransformer(target.HostHeader));
}
