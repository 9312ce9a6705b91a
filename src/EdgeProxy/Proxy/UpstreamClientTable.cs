using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Text;
using EdgeProxy.Configuration;

namespace EdgeProxy.Proxy;

/// <summary>The connection pools, one for each upstream and connect timeout. They outlive a reload, and stay warm.</summary>
internal sealed class UpstreamClientTable(UpstreamConnector connector, DemoUpstream demo) : IDisposable
{
    // How long a connection may go on to an address that its name has no more.
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(string Address, TimeSpan ConnectTimeout), HttpMessageInvoker> _clients = new();

    public TimeSpan ConnectionLifetime { get; init; } = DefaultLifetime;

    public HttpMessageInvoker For(Upstream upstream, TimeSpan connectTimeout) => upstream switch
    {
        Upstream.Server { Address: var address } => _clients.GetOrAdd(
            (address.GetLeftPart(UriPartial.Authority), connectTimeout), _ => Create(connectTimeout, Connect(address, connectTimeout))),
        Upstream.Demo => _clients.GetOrAdd(("demo", connectTimeout), _ => Create(connectTimeout, (_, cancel) => ConnectDemoAsync(connectTimeout, cancel))),
        _ => throw new UnreachableException(),
    };

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

    private HttpMessageInvoker Create(
        TimeSpan connectTimeout, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect)
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = connectTimeout, ConnectCallback = connect };
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
