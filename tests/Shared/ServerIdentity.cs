using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Testing;

/// <summary>A root of a test's own and a TLS certificate that it signed, all as PEM.</summary>
public sealed record ServerIdentity(string RootPem, string CertificatePem, string KeyPem)
{
    /// <summary>Makes one for the given DNS names; without any for <c>localhost</c> and 127.0.0.1.</summary>
    public static ServerIdentity Create(params string[] dnsNames)
    {
        // The test run's real clock: real servers and clients compare with theirs.
        var now = DateTimeOffset.UtcNow;
        using var root = CreateRoot(now);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=A test's server", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(Names(dnsNames));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        using var certificate = request.Create(root, now.AddHours(-1), now.AddDays(1), [1]);
        return new ServerIdentity(root.ExportCertificatePem(), certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static X509Extension Names(string[] dnsNames)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in dnsNames)
            names.AddDnsName(name);
        if (dnsNames.Length == 0)
        {
            names.AddDnsName("localhost");
            names.AddIpAddress(IPAddress.Loopback);
        }
        return names.Build();
    }

    private static X509Certificate2 CreateRoot(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Root of a test's own", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        return request.CreateSelfSigned(now.AddHours(-2), now.AddDays(2));
    }
}
