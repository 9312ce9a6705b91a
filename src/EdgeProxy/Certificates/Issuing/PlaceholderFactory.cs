using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Certificates.Issuing;

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

/// <summary>The X.509 extensions that every certificate of a web server needs.</summary>
internal static class ServerExtensions
{
    private static readonly Oid ServerAuthenticationUsage = new("1.3.6.1.5.5.7.3.1");

    public static X509Extension ServerAuthentication { get; } = new X509EnhancedKeyUsageExtension([ServerAuthenticationUsage], critical: false);

    public static X509Extension SignsHandshakesOnly { get; } = new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true);

    public static X509Extension AlternativeName(string name)
    {
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(name);
        return names.Build();
    }
}
