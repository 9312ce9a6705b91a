using EdgeProxy.Configuration.Keys;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Parsing;

/// <summary>Parses what a site does with a request: exactly one of Upstream, Upstreams and RedirectTo says so.</summary>
internal static class SiteTargetParser
{
    private static readonly ConfigKey[] ProxyKeys =
        [SiteKeys.Upstream, SiteKeys.Upstreams, SiteKeys.HostHeader, SiteKeys.Timeout, SiteKeys.ConnectTimeout, SiteKeys.RequestBuffering];

    /// <returns>Null after an error.</returns>
    public static SiteTarget? Parse(ConfigSection site, ListenerConfig listeners)
    {
        var redirectTo = site.Read(SiteKeys.RedirectTo);
        var upstreams = ParseUpstreams(site, listeners);
        var proxy = new SiteTarget.Proxy(
            upstreams, site.Read(SiteKeys.HostHeader), site.Read(SiteKeys.Timeout), site.Read(SiteKeys.ConnectTimeout))
        {
            RequestBuffering = site.Read(SiteKeys.RequestBuffering),
        };
        if (site.Has(SiteKeys.RedirectTo))
            RejectProxyKeys(site);
        else
            RejectUpstreams(site);
        return redirectTo is not null ? new SiteTarget.Redirect(redirectTo) : upstreams.Count == 0 ? null : proxy;
    }

    private static ValueList<Upstream> ParseUpstreams(ConfigSection site, ListenerConfig listeners)
    {
        var upstreams = site.ReadList(SiteKeys.Upstreams);
        if (site.Read(SiteKeys.Upstream) is { } one)
            upstreams = [(site.PathOf(SiteKeys.Upstream), one)];
        foreach (var (path, upstream) in upstreams)
        {
            if (upstream is Upstream.Server server && OwnAddress.IsMeantBy(server.Address, listeners))
            {
                site.FailAt(
                    path,
                    $"\"{UpstreamParser.Format(server)}\" is this proxy itself, so requests would go round in circles: "
                        + "write the address of your application.");
            }
        }

        return [.. upstreams.Select(item => item.Value)];
    }

    private static void RejectProxyKeys(ConfigSection site)
    {
        foreach (var key in ProxyKeys.Where(site.Has))
            site.Fail(key, "has no effect beside RedirectTo: remove one of the two.");
    }

    private static void RejectUpstreams(ConfigSection site)
    {
        if (site.Has(SiteKeys.Upstream) && site.Has(SiteKeys.Upstreams))
            site.Fail(SiteKeys.Upstreams, "and Upstream are both there: keep Upstreams for several addresses, Upstream for one.");
        else if (!site.Has(SiteKeys.Upstream) && !site.Has(SiteKeys.Upstreams))
        {
            site.Fail(
                SiteKeys.Upstream,
                "is missing: write the address to forward to, such as \"Upstream\": \"http://localhost:5000\", or RedirectTo.");
        }
    }
}
