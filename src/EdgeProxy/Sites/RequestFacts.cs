using System.Net;
using EdgeProxy.Configuration.Model;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Sites;

/// <summary>What is known about a request before anything answers it: found out once, from one snapshot of the sites, and read by
/// everything that follows. Nobody looks at the configuration in force again while the request lasts.</summary>
internal sealed class RequestFacts
{
    private RequestFacts(HttpContext context, SiteTable table, LiveSite site, string host)
    {
        var headers = context.Request.Headers;
        Site = site;
        Host = host;
        ClientHost = headers.Host.ToString();
        Listener = ListenerFeature.Of(context);
        RawTarget = RequestTarget.Raw(context);
        PeerAddress = PlainAddress.Of(context.Connection.RemoteIpAddress);
        PeerIsTrusted = Sites.ClientAddress.IsTrusted(table.Config.TrustedProxies, PeerAddress);
        ClientAddress = PeerIsTrusted
            ? Sites.ClientAddress.Find(table.Config.TrustedProxies, PeerAddress, headers["X-Forwarded-For"])
            : PeerAddress;
        IsSecure = Listener == ListenerKind.Https || (PeerIsTrusted && IsHttps(headers["X-Forwarded-Proto"].ToString()));
        LocalPort = context.Connection.LocalPort;
        PublicHttpsPort = table.Config.Listeners.PublicHttpsPort;
    }

    /// <summary>The site that the request is for.</summary>
    public LiveSite Site { get; }

    /// <summary>The requested host in <see cref="HostName"/> form: lower case, no port, no trailing dot.</summary>
    public string Host { get; }

    /// <summary>The Host header exactly as the client sent it.</summary>
    public string ClientHost { get; }

    public ListenerKind Listener { get; }

    /// <summary>The request target in the client's bytes.</summary>
    public string RawTarget { get; }

    /// <summary>The address at the other end of the connection.</summary>
    public IPAddress PeerAddress { get; }

    /// <summary>Whether the connection comes from one of the trusted proxies.</summary>
    public bool PeerIsTrusted { get; }

    /// <summary>The client's address: the peer's, or what trusted proxies say.</summary>
    public IPAddress ClientAddress { get; }

    /// <summary>Whether the client uses https, to us or to the trusted proxy before us.</summary>
    public bool IsSecure { get; }

    /// <summary><c>http</c> or <c>https</c>, as the request arrived here.</summary>
    public string Scheme => Listener == ListenerKind.Https ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;

    /// <summary>The port that the request arrived at.</summary>
    public int LocalPort { get; }

    /// <summary>The port that clients reach https by.</summary>
    public int PublicHttpsPort { get; }

    /// <summary>The port that the client has connected to, as far as it is known: https may be published under another one than we listen
    /// on.</summary>
    public int PublicPort => Listener == ListenerKind.Https ? PublicHttpsPort : LocalPort;

    /// <summary>The facts of a request that has a site.</summary>
    public static RequestFacts Of(HttpContext context) => context.Features.GetRequiredFeature<RequestFacts>();

    /// <returns>Null when no site of the table has the request's host.</returns>
    public static RequestFacts? Find(HttpContext context, SiteTable table)
    {
        var host = HostName.FromWire(context.Request.Headers.Host.ToString());
        return table.Find(host) is { } site ? new RequestFacts(context, table, site, host) : null;
    }

    // Several proxies write a list. Its last entry is from the proxy that connects to us.
    private static bool IsHttps(string forwardedProto) =>
        forwardedProto.AsSpan()[(forwardedProto.LastIndexOf(',') + 1)..].Trim()
            .Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase);
}
