using EdgeProxy.Configuration;

namespace EdgeProxy.Hosting;

/// <summary>The few lines that say what runs where, and what to try first.</summary>
internal static class StartupReport
{
    public static IEnumerable<string> Lines(EdgeConfig config)
    {
        var listen = config.Listeners;
        yield return $"http on {listen.BindAddress}:{listen.HttpPort}, https on {listen.BindAddress}:{listen.HttpsPort}"
            + (listen.Admin is { } admin ? $", admin on http://{new System.Net.IPEndPoint(admin.BindAddress, admin.Port)}" : ", admin off")
            + $"; data in {config.DataDirectory}";
        foreach (var site in config.Sites)
            yield return $"{Url(site.Name, listen.PublicHttpsPort)} -> {Target(site.Target)} ({Source(site.Names[0].Certificate)})"
                + (site.Names.Length > 1 ? $", also {string.Join(", ", site.Names.Skip(1).Select(name => name.Name))}" : "");
        if (config.Sites.FirstOrDefault(site => site.Names[0].Certificate is CertificateSource.Internal) is { } local)
            yield return $"try: curl --cacert {Path.Combine(config.DataDirectory, "internal-ca", "root.pem")} {Url(local.Name, listen.HttpsPort)}";
    }

    private static string Url(string name, int port) => $"https://{(name.Contains(':', StringComparison.Ordinal) ? $"[{name}]" : name)}{(port == 443 ? "" : $":{port}")}/";

    private static string Target(SiteTarget target) => target switch
    {
        SiteTarget.Redirect redirect => $"redirect to {redirect.Location}",
        SiteTarget.Proxy proxy => string.Join(", ", proxy.Upstreams.Select(Upstream)),
        _ => throw new InvalidOperationException(target.ToString()),
    };

    private static string Upstream(Upstream upstream) => upstream is Upstream.Server server ? server.Address.ToString() : "the demo upstream";

    private static string Source(CertificateSource source) => source switch
    {
        CertificateSource.Acme acme => $"certificate from {acme.Authority.DirectoryUrl.Host}",
        CertificateSource.File file => $"certificate from {file.Path}",
        _ => "certificate of the internal CA",
    };
}
