using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.EndToEnd;

/// <summary>One TLS handshake, for tests that ask often; <see cref="OpenSsl"/> tells what else was sent.</summary>
public static class Handshake
{
    /// <summary>The certificate that is served for a name.</summary>
    public static async Task<X509Certificate2> GetCertificateAsync(int port, string serverName)
    {
        using var connection = await RawConnection.OpenTlsAsync(port, serverName, TestContext.Current.CancellationToken);
        return connection.GetRemoteCertificate();
    }
}
