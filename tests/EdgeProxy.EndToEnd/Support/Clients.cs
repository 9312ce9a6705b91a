using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.EndToEnd;

/// <summary>Clients that reach an instance by its address and ask for whatever host name the URL says.</summary>
public static class Clients
{
    /// <param name="address">Where the connections go.</param>
    /// <param name="root">The only root that is trusted; without one any certificate is good enough.</param>
    /// <param name="version">Exactly this HTTP version; 1.1 by default.</param>
    public static HttpClient Http(string address = "127.0.0.1", X509Certificate2? root = null, Version? version = null) =>
        new(Handler(address, root))
        {
            DefaultRequestVersion = version ?? HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = TimeSpan.FromSeconds(60),
        };

    public static async Task<ClientWebSocket> WebSocketAsync(Uri address)
    {
        var socket = new ClientWebSocket();
        using var invoker = new HttpMessageInvoker(Handler("127.0.0.1", root: null));
        await socket.ConnectAsync(address, invoker, TestContext.Current.CancellationToken);
        return socket;
    }

    private static SocketsHttpHandler Handler(string address, X509Certificate2? root) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        SslOptions = root is null ? TrustAnything() : Trust(root),
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Parse(address), context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    private static SslClientAuthenticationOptions Trust(X509Certificate2 root) => new()
    {
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { root },
        },
    };

#pragma warning disable CA5359 // The placeholder is self-signed; the tests that are about trust name a root.
    private static SslClientAuthenticationOptions TrustAnything() => new() { RemoteCertificateValidationCallback = (_, _, _, _) => true };
#pragma warning restore CA5359
}
