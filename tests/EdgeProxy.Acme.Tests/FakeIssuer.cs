using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Acme.Tests;

/// <summary>Signs any certificate for a <see cref="FakeCa"/> to hand out.</summary>
internal static class FakeIssuer
{
    /// <summary>A chain of one certificate, as PEM, valid at <see cref="SkippingTime.Start"/> unless said otherwise.</summary>
    public static string Issue(AsymmetricAlgorithm key, string[] names, string issuer = "Fake issuer", DateTimeOffset? notAfter = null)
    {
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName(""), PublicKey.CreateFromSubjectPublicKeyInfo(
            key.ExportSubjectPublicKeyInfo(), out _), HashAlgorithmName.SHA256);
        var alternativeNames = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            alternativeNames.AddDnsName(name);
        request.CertificateExtensions.Add(alternativeNames.Build());
        var end = notAfter ?? SkippingTime.Start.AddDays(90);
        using var certificate = request.Create(new X500DistinguishedName($"CN={issuer}"), X509SignatureGenerator.CreateForECDsa(issuerKey),
            end.AddDays(-100), end, [1, 2, 3]);
        return certificate.ExportCertificatePem() + "\n";
    }
}
