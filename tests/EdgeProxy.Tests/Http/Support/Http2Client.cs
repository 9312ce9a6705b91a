using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace EdgeProxy.Tests.Http;

/// <summary>An HTTP/2 client that finds every host on the loopback, asks TLS for example.org whatever the Host header says, and takes
/// the test certificate.</summary>
internal static class Http2Client
{
    private static readonly SslClientAuthenticationOptions Tls = new()
    {
        TargetHost = "example.org",
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=example.org",
    };

    public static HttpClient Create() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, context.DnsEndPoint.Port), cancellationToken);
            var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(Tls, cancellationToken);
            return stream;
        },
    })
    {
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromSeconds(30),
    };
}
