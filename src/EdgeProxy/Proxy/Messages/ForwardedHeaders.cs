using System.Collections.Frozen;
using System.Globalization;
using EdgeProxy.Sites;
using Microsoft.Extensions.Primitives;

namespace EdgeProxy.Proxy.Messages;

/// <summary>The headers that tell the upstream who asked and how. A client's own are believed only from a trusted proxy.</summary>
internal static class ForwardedHeaders
{
    public const string For = "X-Forwarded-For";
    public const string Host = "X-Forwarded-Host";
    public const string Proto = "X-Forwarded-Proto";
    public const string Port = "X-Forwarded-Port";
    public const string RealIp = "X-Real-IP";
    public const string Standard = "Forwarded";

    /// <summary>Every header written here; a client's own never gets past.</summary>
    public static readonly FrozenSet<string> Names = new[] { For, Host, Proto, Port, RealIp }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Those that a route of YARP's own section may decide about, as YARP has transforms for them or they are written
    /// here.</summary>
    private static readonly FrozenSet<string> MayBeARoutes =
        Names.Append(Standard).Append("X-Forwarded-Prefix").ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Headers that applications and frameworks believe about client, host, path or scheme. They pass from a trusted proxy only:
    /// X-Forwarded-Prefix and -Scheme change the URLs that an application builds, X-Original- and X-Rewrite- the one it serves.</summary>
    private static readonly FrozenSet<string> BelievedByOthers = new[]
    {
        Standard, "X-Forwarded-Prefix", "X-Forwarded-Scheme", "X-Forwarded-Protocol", "X-Forwarded-Ssl", "X-Forwarded-Path",
        "X-Forwarded-Server",
        "X-Url-Scheme", "Front-End-Https", "X-Original-URL", "X-Original-Host", "X-Original-For", "X-Original-Proto", "X-Rewrite-URL",
        "X-Client-IP", "True-Client-IP", "X-Cluster-Client-IP",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a header of a client must not reach the upstream, because it would be taken for one of ours.
    /// Upstreams that read headers as CGI variables cannot tell an underscore from a dash.</summary>
    public static bool IsForged(string name, bool peerIsTrusted)
    {
        if (name.Contains('_', StringComparison.Ordinal))
            name = name.Replace('_', '-');
        return Names.Contains(name) || (!peerIsTrusted && BelievedByOthers.Contains(name));
    }

    /// <summary>The same for a route that has forwarded headers of its own: what it decides about is left to it.</summary>
    public static bool IsForgedBesideARoutes(string name, bool peerIsTrusted) =>
        IsForged(name, peerIsTrusted) && !MayBeARoutes.Contains(name);

    /// <summary>Writes who asked, and the mark by which a loop is known.</summary>
    public static void Write<TMessage>(
        HttpContext context, RequestFacts facts, TMessage message, Action<TMessage, string, StringValues> add)
    {
        var received = context.Request.Headers;
        var client = facts.ClientAddress.ToString();
        var peer = facts.PeerIsTrusted ? facts.PeerAddress.ToString() : client;
        add(message, For, Believed(facts, received, For) is { } before ? $"{before}, {peer}" : peer);
        add(message, Host, Believed(facts, received, Host) ?? facts.ClientHost);
        add(message, Proto, Believed(facts, received, Proto) ?? facts.Scheme);
        add(message, Port, Believed(facts, received, Port) ?? facts.PublicPort.ToString(CultureInfo.InvariantCulture));
        add(message, RealIp, client);
        Mark(message, add);
    }

    /// <summary>Leaves the mark by which a loop is known, behind what the client has sent: the header lists every proxy on the
    /// way.</summary>
    public static void Mark<TMessage>(TMessage message, Action<TMessage, string, StringValues> add) =>
        add(message, LoopMark.Header, LoopMark.Token);

    private static string? Believed(RequestFacts facts, IHeaderDictionary received, string name) =>
        facts.PeerIsTrusted && received[name] is { Count: > 0 } values ? values.ToString() : null;
}
