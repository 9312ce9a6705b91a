using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Writing;

/// <summary>A configuration in lines for a person: where it listens, then one row a name.</summary>
internal static class SiteListing
{
    public static IEnumerable<string> Of(EdgeConfig config)
    {
        var listeners = config.Listeners;
        var address = HostName.InUrl(listeners.BindAddress);
        yield return $"http   {address}:{listeners.HttpPort}";
        yield return $"https  {address}:{listeners.HttpsPort}";
        yield return $"admin  {(listeners.Admin is { } admin ? new System.Net.IPEndPoint(admin.BindAddress, admin.Port) : "off")}";
        yield return $"data   {config.DataDirectory}";
        yield return "";
        foreach (var line in Table([("NAME", "TARGET", "CERTIFICATE"), .. config.Sites.SelectMany(Rows)]))
            yield return line;
    }

    public static string Describe(SiteTarget target) => target switch
    {
        SiteTarget.Proxy proxy => string.Join(", ", proxy.Upstreams.Select(UpstreamParser.Format)),
        SiteTarget.Redirect redirect => $"redirect to {redirect.Location}",
        _ => throw new InvalidOperationException($"There is no description of {target}."),
    };

    public static string Describe(CertificateSource source) => source switch
    {
        CertificateSource.Acme acme => $"Acme ({acme.Authority.DirectoryUrl.Authority})",
        CertificateSource.File file => $"File {file.Path}",
        CertificateSource.Internal => "Internal",
        _ => throw new InvalidOperationException($"There is no description of {source}."),
    };

    private static IEnumerable<(string, string, string)> Rows(Site site) =>
        site.Names.Select(name => (name.Name, Describe(site.Target), Describe(name.Certificate)));

    private static IEnumerable<string> Table(IReadOnlyList<(string Name, string Target, string Certificate)> rows)
    {
        var name = rows.Max(row => row.Name.Length);
        var target = rows.Max(row => row.Target.Length);
        return rows.Select(row => $"{row.Name.PadRight(name)}  {row.Target.PadRight(target)}  {row.Certificate}");
    }
}
