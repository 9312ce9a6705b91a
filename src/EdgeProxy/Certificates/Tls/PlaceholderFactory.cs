using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Certificates.Tls;

/// <summary>Makes the self-signed certificate that a name is served with until its own is there.</summary>
internal static class PlaceholderFactory
{
    public static ServingCertificate Create(string name, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=EdgeProxy placeholder", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(ServerExtensions.AlternativeName(name));
        request.CertificateExtensions.Add(ServerExtensions.ServerAuthentication);
        request.CertificateExtensions.Add(ServerExtensions.SignsHandshakesOnly);
        return new ServingCertificate(request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1)), [], isPlaceholder: true);
    }
}
