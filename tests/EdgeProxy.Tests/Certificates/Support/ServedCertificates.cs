using System.Security.Cryptography.X509Certificates;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Tests.Certificates;

/// <summary>A CA's certificates as the product serves them.</summary>
internal static class ServedCertificates
{
    public static ServingCertificate Serve(this TestCa ca, string name, params X509Certificate2[] chain) =>
        ca.Serve(name, null, null, chain);

    public static ServingCertificate Serve(
        this TestCa ca, string name, DateTimeOffset? from, TimeSpan? lifetime, params X509Certificate2[] chain)
    {
        var (text, key) = ca.Issue(name, lifetime, from, chain);
        Assert.True(PemPairParser.TryParse(text, key, out var certificate, out var problem), problem);
        return certificate;
    }
}
