using EdgeProxy.Configuration.Model;
using EdgeProxy.Proxy.WebSockets;
using EdgeProxy.Sites;

namespace EdgeProxy.Proxy.Upstreams;

/// <summary>An upstream of a site as requests see it: address, connections, health.</summary>
internal sealed class LiveUpstream(Upstream upstream, SiteTarget.Proxy target, UpstreamPool pool, UpstreamHealth health)
{
    private readonly bool _isSecure = upstream is Upstream.Server { Address.Scheme: "https" };
    private readonly bool _isHttp2Only = upstream is Upstream.Server { Http2Only: true };

    /// <summary>Scheme, authority and path prefix, without a slash at the end.</summary>
    public string Address { get; } = upstream is Upstream.Server server ? server.Address.AbsoluteUri.TrimEnd('/') : "http://demo";

    /// <summary>What the log calls it.</summary>
    public string Label { get; } = upstream is Upstream.Server named ? named.Address.AbsoluteUri.TrimEnd('/') : "demo";

    public Upstream Config => upstream;

    public UpstreamPool Pool => pool;

    public UpstreamHealth Health => health;

    /// <summary>How long it may be silent.</summary>
    public TimeSpan Timeout => target.Timeout;

    /// <summary>Which Host header it is sent.</summary>
    public HostHeader HostHeader => target.HostHeader;

    /// <summary>The protocol a request goes on in: a WebSocket in HTTP/1.1, gRPC in HTTP/2, which it needs, anything else as the
    /// upstream likes it.</summary>
    public UpstreamProtocol ProtocolFor(HttpContext context)
    {
        if (WebSocketRequest.Is(context))
            return UpstreamProtocol.Http1;
        if (_isSecure)
            return UpstreamProtocol.Negotiated;
        return _isHttp2Only || RequestKind.IsGrpc(context.Request) ? UpstreamProtocol.Http2 : UpstreamProtocol.Http1;
    }
}

/// <summary>The protocol a request goes on to an upstream in.</summary>
internal enum UpstreamProtocol
{
    /// <summary>HTTP/1.1.</summary>
    Http1,

    /// <summary>HTTP/2 where the upstream chooses it in the TLS handshake (RFC 7301), else HTTP/1.1.</summary>
    Negotiated,

    /// <summary>HTTP/2, known beforehand (RFC 9113 §3.3).</summary>
    Http2,
}
