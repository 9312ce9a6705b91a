using System.Collections.Immutable;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Keys;

/// <summary>What may be written for one site.</summary>
internal static class SiteKeys
{
    public static readonly ValueKey<Upstream?> Upstream = new(
        "Upstream", ValueKinds.Upstream.OrNull(), null, "where requests go", "required");

    public static readonly ListKey<Upstream> Upstreams = new("Upstreams", ValueKinds.Upstream, "instead of Upstream: a list of them");

    public static readonly ValueKey<Uri?> RedirectTo = new(
        "RedirectTo", ValueKinds.BaseUrl.OrNull(), null, "instead of an upstream: send visitors to this URL, path and query kept", "none");

    public static readonly ListKey<string> Aliases = new("Aliases", ValueKinds.Host, "list of further host names served alike");

    public static readonly SectionKey Certificate = new("Certificate", "where the certificates come from", CertificateKeys.All);

    public static readonly ValueKey<HostHeader> HostHeader = new(
        "HostHeader", ValueKinds.HostHeader, new HostHeader.Preserve(), "Host sent upstream");

    public static readonly ValueKey<bool> HttpsRedirect = new(
        "HttpsRedirect", ValueKinds.Boolean, true, "send plain http to https; with false, http is proxied too");

    public static readonly ValueKey<int> RedirectStatusCode = new(
        "RedirectStatusCode", ValueKinds.RedirectStatusCode, 301, "301, 302, 307 or 308");

    public static readonly ValueKey<TimeSpan> Timeout = new(
        "Timeout", ValueKinds.PositiveDuration, TimeSpan.FromMinutes(1), "how long the upstream may stay silent");

    public static readonly ValueKey<TimeSpan> ConnectTimeout = new(
        "ConnectTimeout", ValueKinds.PositiveDuration, TimeSpan.FromSeconds(10), "how long connecting to the upstream may take");

    public static readonly ValueKey<bool> RequestBuffering = new(
        "RequestBuffering", ValueKinds.Boolean, false, "with true, the upstream is connected once the whole request body is here");

    public static readonly ValueKey<long> MaxRequestBodySize = new(
        "MaxRequestBodySize", ValueKinds.Bytes, 30_000_000, "bytes; 0 is no limit", "30000000 (30 MB)");

    public static readonly ValueKey<ValueList<byte>> ErrorBody = new(
        "<status>", ValueKinds.Json, [], "own JSON body for an error that EdgeProxy itself answers", "none");

    public static readonly SectionKey Errors = new("Errors", "own bodies for errors that EdgeProxy itself answers", ErrorBody);

    public static readonly SectionKey Acme = new("Acme", "any Acme key, for this site only", AcmeKeys.All);

    public static ImmutableArray<ConfigKey> All =>
    [
        Upstream, Upstreams, RedirectTo, Aliases, Certificate, HostHeader, HttpsRedirect, RedirectStatusCode, Timeout, ConnectTimeout,
        RequestBuffering, MaxRequestBodySize, Errors, Acme,
    ];
}
