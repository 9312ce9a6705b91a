using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.EndToEnd;

/// <summary>One TLS handshake, for tests that ask often; what else was sent, <see cref="OpenSsl"/> tells.</summary>
public static class Handshake
{
    /// <summary>The certificate that is served for a name.</summary>
    public static async Task<X509Certificate2> GetCertificateAsync(int port, string serverName)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
#pragma warning disable CA5359 // The placeholder is nobody's to trust.
        await using var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = serverName }, TestContext.Current.CancellationToken);
        return new X509Certificate2(stream.RemoteCertificate!);
    }
}
