using System.Net;
using System.Net.Security;

namespace EdgeProxy.Tests.Http;

/// <summary>
/// An HTTP/2 client that finds every host on the loopback, asks TLS for example.org whatever the Host header says, and takes any
/// certificate.
/// </summary>
internal static class Http2Client
{
    public static HttpClient Create() => new(new SocketsHttpHandler { ConnectCallback = ConnectAsync })
    {
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromSeconds(30),
    };

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var connection = await RawConnection.OpenTlsAsync(
            context.DnsEndPoint.Port, "example.org", SslApplicationProtocol.Http2, cancellationToken);
        return connection.Stream;
    }
}
