using System.Net;
using EdgeProxy.Proxy.Upstreams;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeProxy.Proxy;

/// <summary>An exchange by YARP's forwarder.</summary>
internal sealed class YarpExchange(IHttpForwarder forwarder) : IUpstreamExchange
{
    public async ValueTask<ForwardOutcome> SendAsync(HttpContext context, LiveUpstream upstream)
    {
        var client = upstream.Pool.Enter();
        try
        {
            var messages = new YarpTransformer(upstream.HostHeader);
            await forwarder.SendAsync(context, upstream.Address, client, RequestTo(upstream, context), messages);
            return YarpOutcome.Take(context);
        }
        finally
        {
            upstream.Pool.Exit();
        }
    }

    private static ForwarderRequestConfig RequestTo(LiveUpstream upstream, HttpContext context)
    {
        var protocol = upstream.ProtocolFor(context);
        return new ForwarderRequestConfig
        {
            ActivityTimeout = upstream.Timeout,
            Version = protocol == UpstreamProtocol.Http1 ? HttpVersion.Version11 : HttpVersion.Version20,
            VersionPolicy = protocol == UpstreamProtocol.Http2
                ? HttpVersionPolicy.RequestVersionExact
                : HttpVersionPolicy.RequestVersionOrLower,
        };
    }
}
