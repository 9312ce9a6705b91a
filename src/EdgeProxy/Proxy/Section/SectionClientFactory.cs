using EdgeProxy.Proxy.Upstreams;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeProxy.Proxy.Section;

/// <summary>Connections for the clusters of YARP's own section: as it says, and beyond that like those of the sites.</summary>
internal sealed class SectionClientFactory(UpstreamConnector connector, ILogger<ForwarderHttpClientFactory> logger)
    : ForwarderHttpClientFactory(logger)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        UpstreamPools.Configure(handler);
        handler.ConnectTimeout = ConnectTimeout;
        handler.ConnectCallback = (connection, cancellationToken) =>
            connector.ConnectAsync(connection.DnsEndPoint, ConnectTimeout, cancellationToken);
        base.ConfigureHandler(context, handler);
    }
}
