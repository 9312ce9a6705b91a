using System.Collections.Immutable;
using System.Net;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Keys;

/// <summary>What may be written under <c>EdgeProxy</c>. Parsers, the hints for unknown keys, the writer and the README's tables
/// follow it.</summary>
internal static class EdgeKeys
{
    public static readonly ValueKey<int> HttpPort = new("HttpPort", ValueKinds.Port, 80, "port to listen on for http");

    public static readonly ValueKey<int> HttpsPort = new("HttpsPort", ValueKinds.Port, 443, "port to listen on for https");

    public static readonly ValueKey<string> BindAddress = new(
        "BindAddress", ValueKinds.BindAddress, ListenerConfig.AnyAddress, "address to listen on; * is IPv4 and IPv6");

    public static readonly ValueKey<int?> PublicHttpsPort = new(
        "PublicHttpsPort", ValueKinds.Port.Nullable(), null, "port written into redirects; 443 is left out", HttpsPort.Name);

    public static readonly ValueKey<string> DataDirectory = new(
        "DataDirectory", ValueKinds.Path, "data", "folder of account keys, certificates and renewal state");

    public static readonly ValueKey<TimeSpan> ShutdownGracePeriod = new(
        "ShutdownGracePeriod", ValueKinds.Duration, TimeSpan.FromSeconds(30), "how long a stopping process waits for what is in flight");

    public static readonly SectionKey Admin = new("Admin", "the admin listener", AdminKeys.All);

    public static readonly SectionKey Limits = new("Limits", "what one process takes on at once", LimitKeys.All);

    public static readonly ListKey<IPNetwork> TrustedProxies = new(
        "TrustedProxies", ValueKinds.Network, "list of CIDR networks and addresses whose X-Forwarded-* headers are believed");

    public static readonly SectionKey Acme = new("Acme", "the CA that certificates are ordered from", AcmeKeys.All);

    public static readonly SectionKey Site = new("<name>", "one site, of at least one; the key is its host name", SiteKeys.All);

    public static readonly SectionKey Domains = new("Domains", "the sites; at least one", Site);

    public static readonly SectionKey Section = new("EdgeProxy", "the whole of the proxy", All);

    /// <summary>A whole file. Its other sections belong to libraries.</summary>
    public static readonly SectionKey File = new("appsettings.json", "the configuration", Section);

    // A property: the section above is made before a field that is written here has its value.
    private static ImmutableArray<ConfigKey> All =>
    [
        HttpPort, HttpsPort, BindAddress, PublicHttpsPort, DataDirectory, ShutdownGracePeriod, Admin, Limits, TrustedProxies, Acme, Domains,
    ];
}
