using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Acme.Tests.Flow;

public sealed class SigningRequestFactoryTests
{
    public static TheoryData<string> Keys => ["P256", "P384", "RSA2048"];

    [Theory]
    [MemberData(nameof(Keys))]
    public void PutsEveryNameIntoTheAlternativeNamesAndNoneIntoTheSubject(string kind)
    {
        using var key = Create(kind);
        var address = IPAddress.Parse("2001:db8::1");
        AcmeIdentifier[] names = [AcmeIdentifier.Dns("a.test"), AcmeIdentifier.Dns("*.b.test"), AcmeIdentifier.Ip(address)];

        var der = SigningRequestFactory.Create(names, key);

        var request = CertificateRequest.LoadSigningRequest(der, HashAlgorithmName.SHA256,
            CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions, RSASignaturePadding.Pkcs1);
        Assert.Equal("", request.SubjectName.Name);
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), request.PublicKey.ExportSubjectPublicKeyInfo());
        var alternativeNames = Assert.IsType<X509SubjectAlternativeNameExtension>(Assert.Single(request.CertificateExtensions));
        Assert.Equal(["a.test", "*.b.test"], alternativeNames.EnumerateDnsNames());
        Assert.Equal([address], alternativeNames.EnumerateIPAddresses());
    }

    [Fact]
    public void RejectsKeysThatCertificatesDoNotHave()
    {
        using var key = DSA.Create();

        Assert.Throws<ArgumentException>(() => SigningRequestFactory.Create([AcmeIdentifier.Dns("a.test")], key));
    }

    private static AsymmetricAlgorithm Create(string kind) => kind switch
    {
        "P256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        "P384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        _ => RSA.Create(2048),
    };
}
