using System.Net;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Proxy.WebSockets;
using EdgeProxy.Sites;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeProxy.Proxy.Upstreams;

/// <summary>An upstream of a site as requests see it: address, connections, health.</summary>
internal sealed class LiveUpstream(Upstream upstream, SiteTarget.Proxy target, UpstreamPool pool, UpstreamHealth health)
{
    private readonly bool _isSecure = upstream is Upstream.Server { Address.Scheme: "https" };
    private readonly bool _isHttp2Only = upstream is Upstream.Server { Http2Only: true };

    private readonly ForwarderRequestConfig _http1 = Request(target, HttpVersion.Version11, HttpVersionPolicy.RequestVersionOrLower);
    private readonly ForwarderRequestConfig _negotiated = Request(target, HttpVersion.Version20, HttpVersionPolicy.RequestVersionOrLower);
    private readonly ForwarderRequestConfig _http2 = Request(target, HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);

    /// <summary>Scheme, authority and path prefix, without a slash at the end.</summary>
    public string Address { get; } = upstream is Upstream.Server server ? server.Address.AbsoluteUri.TrimEnd('/') : "http://demo";

    /// <summary>What the log calls it.</summary>
    public string Label { get; } = upstream is Upstream.Server named ? named.Address.AbsoluteUri.TrimEnd('/') : "demo";

    public Upstream Config => upstream;

    public UpstreamPool Pool => pool;

    public UpstreamHealth Health => health;

    /// <summary>The protocol a request goes on in: a WebSocket in HTTP/1.1, gRPC in HTTP/2, which it needs, anything else as the
    /// upstream likes it.</summary>
    public ForwarderRequestConfig For(HttpContext context)
    {
        if (WebSocketRequest.Is(context))
            return _http1;
        if (_isSecure)
            return _negotiated;
        return _isHttp2Only || RequestKind.IsGrpc(context.Request) ? _http2 : _http1;
    }

    private static ForwarderRequestConfig Request(SiteTarget.Proxy target, Version version, HttpVersionPolicy policy) =>
        new() { ActivityTimeout = target.Timeout, Version = version, VersionPolicy = policy };
}
