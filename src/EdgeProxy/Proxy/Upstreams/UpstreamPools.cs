using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Text;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Proxy.Demo;

namespace EdgeProxy.Proxy.Upstreams;

/// <summary>The pools, one for each upstream and connect timeout. Only applying a configuration adds and removes them.</summary>
internal sealed class UpstreamPools : IDisposable
{
    // How long a connection may go on to an address that its name has no more.
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(30);

    private readonly UpstreamConnector _connector;
    private readonly DemoUpstream _demo;
    private readonly ConcurrentDictionary<(string Address, TimeSpan ConnectTimeout), UpstreamPool> _pools = [];
    private int _isClosingIdle;

    public UpstreamPools(UpstreamConnector connector, UpstreamSockets sockets, DemoUpstream demo)
    {
        (_connector, _demo) = (connector, demo);
        sockets.RunShort = CloseIdle;
    }

    public TimeSpan ConnectionLifetime { get; init; } = DefaultLifetime;

    public UpstreamPool For(Upstream upstream, TimeSpan connectTimeout)
    {
        var address = upstream is Upstream.Server server ? server.Address.GetLeftPart(UriPartial.Authority) : "demo";
        var key = (address, connectTimeout);
        return _pools.GetOrAdd(key, _ => new UpstreamPool(() => Create(upstream, connectTimeout)));
    }

    /// <summary>Forgets the pools that no site names. They close themselves.</summary>
    public void RemoveUnheld()
    {
        foreach (var (key, pool) in _pools)
        {
            if (!pool.IsHeld)
                _pools.TryRemove(key, out _);
        }
    }

    public void Dispose()
    {
        foreach (var pool in _pools.Values)
            pool.Dispose();
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
        handler.PlaintextStreamFilter = static (context, _) => ValueTask.FromResult(
            context.NegotiatedHttpVersion.Major == 1 ? new RepetitionStream(context.PlaintextStream) : context.PlaintextStream);
    }

    /// <summary>Closes the connections of every upstream that no request uses; the next request opens one again.</summary>
    private void CloseIdle()
    {
        // With many waiting, one look at all the pools at a time is enough.
        if (Interlocked.Exchange(ref _isClosingIdle, 1) == 1)
            return;
        foreach (var (_, pool) in _pools)
            pool.CloseIfIdle();
        Volatile.Write(ref _isClosingIdle, 0);
    }

    private HttpMessageInvoker Create(Upstream upstream, TimeSpan connectTimeout)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = connectTimeout,
            ConnectCallback = upstream switch
            {
                Upstream.Server { Address: var address } => Connect(address, connectTimeout),
                Upstream.Demo => (_, cancellationToken) => ConnectDemoAsync(connectTimeout, cancellationToken),
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
            return (context, cancellationToken) => _connector.ConnectAsync(context.DnsEndPoint, timeout, cancellationToken);
        var speaksHttp2 = true;
        return async (context, cancellationToken) =>
        {
            // Once a server has chosen HTTP/1.1, the handler goes on speaking it: HTTP/2 must not be offered again.
            var offersHttp2 = speaksHttp2 && context.InitialRequestMessage.Version.Major >= 2;
            var stream = await _connector.ConnectTlsAsync(
                context.DnsEndPoint,
                timeout,
                offersHttp2 ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] : [SslApplicationProtocol.Http11],
                cancellationToken);
            if (offersHttp2)
                speaksHttp2 = ((SslStream)stream).NegotiatedApplicationProtocol == SslApplicationProtocol.Http2;
            return stream;
        };
    }

    private async ValueTask<Stream> ConnectDemoAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var port = await _demo.StartAsync();
        return await _connector.ConnectAsync(new DnsEndPoint(IPAddress.Loopback.ToString(), port), timeout, cancellationToken);
    }
}
