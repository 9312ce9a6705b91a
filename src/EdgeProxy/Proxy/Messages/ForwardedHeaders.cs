using System.Collections.Frozen;
using System.Globalization;
using System.Net.Http.Headers;
using EdgeProxy.Sites;

namespace EdgeProxy.Proxy.Messages;

/// <summary>The headers that tell the upstream who asked and how. A client's own are believed only from a trusted proxy.</summary>
internal sealed class ForwardedHeaders(CurrentSites sites)
{
    public const string For = "X-Forwarded-For";
    public const string Host = "X-Forwarded-Host";
    public const string Proto = "X-Forwarded-Proto";
    public const string Port = "X-Forwarded-Port";
    public const string RealIp = "X-Real-IP";
    public const string Standard = "Forwarded";

    /// <summary>Every header written here; a client's own never gets past.</summary>
    public static readonly FrozenSet<string> Names = new[] { For, Host, Proto, Port, RealIp }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a header of a client must not reach the upstream, because it would be taken for one of ours.
    /// Upstreams that read headers as CGI variables cannot tell an underscore from a dash.</summary>
    public static bool IsForged(string name, bool peerIsTrusted)
    {
        if (name.Contains('_', StringComparison.Ordinal))
            name = name.Replace('_', '-');
        return Names.Contains(name) || (!peerIsTrusted && name.Equals(Standard, StringComparison.OrdinalIgnoreCase));
    }

    public void Write(HttpContext context, RequestSite site, HttpRequestHeaders upstream)
    {
        var received = context.Request.Headers;
        var client = site.ClientAddress.ToString();
        var peer = site.PeerIsTrusted ? PlainAddress.Of(context.Connection.RemoteIpAddress).ToString() : client;
        Add(upstream, For, Believed(site, received, For) is { } before ? $"{before}, {peer}" : peer);
        Add(upstream, Host, Believed(site, received, Host) ?? site.ClientHost);
        Add(upstream, Proto, Believed(site, received, Proto) ?? context.Request.Scheme);
        Add(upstream, Port, Believed(site, received, Port) ?? PublicPort(context));
        Add(upstream, RealIp, client);
    }

    private static string? Believed(RequestSite site, IHeaderDictionary received, string name) =>
        site.PeerIsTrusted && received[name] is { Count: > 0 } values ? values.ToString() : null;

    // The port the client has connected to, as far as it is known: https may be published under another one than we listen on.
    private string PublicPort(HttpContext context)
    {
        var port = context.Request.IsHttps ? sites.Table.Config.Listeners.PublicHttpsPort : context.Connection.LocalPort;
        return port.ToString(CultureInfo.InvariantCulture);
    }

    private static void Add(HttpRequestHeaders headers, string name, string value) => headers.TryAddWithoutValidation(name, value);
}
