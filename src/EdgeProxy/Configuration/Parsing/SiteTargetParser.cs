using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Parsing;

/// <summary>What a site does with a request: exactly one of Upstream, Upstreams and RedirectTo says so.</summary>
internal static class SiteTargetParser
{
    private static readonly string[] ProxyKeys = ["Upstream", "Upstreams", "HostHeader", "Timeout", "ConnectTimeout"];

    /// <returns>Null after an error.</returns>
    public static SiteTarget? Parse(ConfigSection site)
    {
        var redirectTo = site.Read<Uri?>("RedirectTo", null, UrlParser.Base);
        var proxy = new SiteTarget.Proxy(
            ParseUpstreams(site),
            site.Read("HostHeader", new HostHeader.Preserve(), HostHeaderParser.Parse),
            site.Read("Timeout", TimeSpan.FromMinutes(1), ValueParser.PositiveDuration),
            site.Read("ConnectTimeout", TimeSpan.FromSeconds(10), ValueParser.PositiveDuration));
        if (site.Has("RedirectTo"))
            RejectProxyKeys(site);
        else
            RejectUpstreams(site);
        return redirectTo is not null ? new SiteTarget.Redirect(redirectTo) : proxy.Upstreams.Count == 0 ? null : proxy;
    }

    private static ValueList<Upstream> ParseUpstreams(ConfigSection site)
    {
        var one = site.Read<Upstream?>("Upstream", null, UpstreamParser.Parse);
        var several = site.ReadList("Upstreams", UpstreamParser.Parse).Select(item => item.Value);
        return one is null ? [.. several] : [one];
    }

    private static void RejectProxyKeys(ConfigSection site)
    {
        foreach (var key in ProxyKeys.Where(site.Has))
            site.Fail(key, "has no effect beside RedirectTo: remove one of the two.");
    }

    private static void RejectUpstreams(ConfigSection site)
    {
        if (site.Has("Upstream") && site.Has("Upstreams"))
            site.Fail("Upstreams", "and Upstream are both there: keep Upstreams for several addresses, Upstream for one.");
        else if (!site.Has("Upstream") && !site.Has("Upstreams"))
            site.Fail("Upstream", "is missing: write the address to forward to, such as \"Upstream\": \"http://localhost:5000\", or RedirectTo.");
    }
}
