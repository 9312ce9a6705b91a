using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Text;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Proxy.Demo;
using EdgeProxy.Sites;

namespace EdgeProxy.Proxy.Upstreams;

/// <summary>The connection pools, one for each upstream and connect timeout. They outlive a reload, and stay warm. One that no site names any
/// more is let go when another is added: requests that still have it go on with it, and its idle connections come to their end by age.</summary>
internal sealed class UpstreamClientTable(CurrentSites sites, UpstreamConnector connector, DemoUpstream demo) : IDisposable
{
    // How long a connection may go on to an address that its name has no more.
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(string Address, TimeSpan ConnectTimeout), HttpMessageInvoker> _clients = new();

    public TimeSpan ConnectionLifetime { get; init; } = DefaultLifetime;

    public HttpMessageInvoker For(Upstream upstream, TimeSpan connectTimeout)
    {
        var key = Key(upstream, connectTimeout);
        if (_clients.TryGetValue(key, out var known))
            return known;
        LetGoUnused();
        return _clients.GetOrAdd(key, _ => Create(upstream, connectTimeout));
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
    }

    /// <summary>What holds for every upstream, also those of YARP's own section: what is sent is what came, and nothing else.</summary>
    public static void Configure(SocketsHttpHandler handler)
    {
        handler.UseProxy = false;
        handler.UseCookies = false;
        handler.AllowAutoRedirect = false;
        handler.AutomaticDecompression = DecompressionMethods.None;
        handler.ActivityHeadersPropagator = null;
        handler.EnableMultipleHttp2Connections = true;
        // Latin-1 maps every byte to one character and back.
        handler.RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1;
        handler.ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1;
        handler.PooledConnectionLifetime = DefaultLifetime;
    }

    private void LetGoUnused()
    {
        var used = sites.Table.Config.Sites
            .Select(site => site.Target).OfType<SiteTarget.Proxy>()
            .SelectMany(target => target.Upstreams, (target, upstream) => Key(upstream, target.ConnectTimeout))
            .ToHashSet();
        foreach (var key in _clients.Keys)
        {
            if (!used.Contains(key))
                _clients.TryRemove(key, out _);
        }
    }

    private static (string Address, TimeSpan ConnectTimeout) Key(Upstream upstream, TimeSpan connectTimeout) =>
        (upstream is Upstream.Server { Address: var address } ? address.GetLeftPart(UriPartial.Authority) : "demo", connectTimeout);

    private HttpMessageInvoker Create(Upstream upstream, TimeSpan connectTimeout)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = connectTimeout,
            ConnectCallback = upstream switch
            {
                Upstream.Server { Address: var address } => Connect(address, connectTimeout),
                Upstream.Demo => (_, cancel) => ConnectDemoAsync(connectTimeout, cancel),
                _ => throw new UnreachableException(),
            },
        };
        Configure(handler);
        handler.PooledConnectionLifetime = ConnectionLifetime;
        return new HttpMessageInvoker(handler);
    }

    private Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> Connect(Uri address, TimeSpan timeout)
    {
        if (address.Scheme != Uri.UriSchemeHttps)
            return (context, cancel) => connector.ConnectAsync(context.DnsEndPoint, timeout, cancel);
        var speaksHttp2 = true;
        return async (context, cancel) =>
        {
            // Once a server has chosen HTTP/1.1, the handler goes on speaking it: HTTP/2 must not be offered again.
            var offersHttp2 = speaksHttp2 && context.InitialRequestMessage.Version.Major >= 2;
            var stream = await connector.ConnectTlsAsync(
                context.DnsEndPoint,
                timeout,
                offersHttp2 ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] : [SslApplicationProtocol.Http11],
                cancel);
            if (offersHttp2)
                speaksHttp2 = ((SslStream)stream).NegotiatedApplicationProtocol == SslApplicationProtocol.Http2;
            return stream;
        };
    }

    private async ValueTask<Stream> ConnectDemoAsync(TimeSpan timeout, CancellationToken cancel)
    {
        var port = await demo.StartAsync();
        return await connector.ConnectAsync(new DnsEndPoint(IPAddress.Loopback.ToString(), port), timeout, cancel);
    }
}
