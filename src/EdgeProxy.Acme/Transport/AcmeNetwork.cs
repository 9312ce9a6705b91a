using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Acme;

/// <summary>Makes the network an <see cref="AcmeClient"/> talks over.</summary>
public static class AcmeNetwork
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>
    /// An invoker without cookies, redirects and decompression, that trusts the machine's roots and, beside them,
    /// <paramref name="extraRoots"/> (a private CA's, such as step-ca or Pebble). Host names are checked either way.
    /// </summary>
    public static HttpMessageInvoker Create(X509Certificate2Collection? extraRoots = null)
    {
        var handler = new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            // Connections are made anew so that a change of the CA's addresses in DNS is noticed.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (extraRoots is { Count: > 0 })
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                errors == SslPolicyErrors.None || IsTrusted(certificate, chain, errors, extraRoots);
        }
        return new HttpMessageInvoker(handler);
    }

    private static bool IsTrusted(
        X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, X509Certificate2Collection extraRoots)
    {
        // The extra roots make up for an unknown issuer only, not for a wrong or missing name.
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 server)
            throw new AuthenticationException($"The server's certificate is refused: {errors}.");
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(extraRoots);
        own.ChainPolicy.ExtraStore.AddRange(chain!.ChainPolicy.ExtraStore);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        if (own.Build(server))
            return true;
        var reasons = string.Join(", ", own.ChainStatus.Select(status => status.Status));
        throw new AuthenticationException(
            $"The server's certificate is trusted neither by this machine nor through the extra roots: {reasons}.");
    }
}
