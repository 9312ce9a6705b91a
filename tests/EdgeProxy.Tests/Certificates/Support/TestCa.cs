using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Tests.Certificates;

/// <summary>A CA of the tests' own, root or intermediate.</summary>
internal sealed class TestCa
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UtcNow.AddDays(-10);

    private readonly ECDsa _key;

    private TestCa(ECDsa key, X509Certificate2 certificate)
    {
        _key = key;
        Certificate = certificate;
    }

    public X509Certificate2 Certificate { get; }

    public static TestCa CreateRoot(string name = "Test Root")
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new TestCa(key, CaRequest(name, key).CreateSelfSigned(Start, Start.AddYears(5)));
    }

    /// <summary>A new CA below this one.</summary>
    public TestCa CreateIntermediate(string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new TestCa(key, Sign(CaRequest(name, key), Start.AddYears(2)));
    }

    /// <summary>The other CA's name and key, signed by this one.</summary>
    public X509Certificate2 CrossSign(TestCa other) => Sign(new CertificateRequest(other.Certificate.SubjectName, other._key, HashAlgorithmName.SHA256)
    {
        CertificateExtensions = { new X509BasicConstraintsExtension(true, false, 0, true) },
    }, Start.AddYears(1));

    /// <summary>A server's certificate as PEM, with the chain behind it, and its key as PEM.</summary>
    public (string Chain, string Key) Issue(string name, TimeSpan? lifetime = null, DateTimeOffset? from = null, params X509Certificate2[] chain)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return (IssueFor(name, key, lifetime, from, chain), key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>The same for a key that is there already.</summary>
    public string IssueFor(string name, AsymmetricAlgorithm key, TimeSpan? lifetime = null, DateTimeOffset? from = null, params X509Certificate2[] chain)
    {
        var request = key switch
        {
            ECDsa curve => new CertificateRequest("CN=" + name, curve, HashAlgorithmName.SHA256),
            RSA rsa => new CertificateRequest("CN=" + name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            _ => throw new ArgumentException("No such key.", nameof(key)),
        };
        request.CertificateExtensions.Add(ServerExtensions.AlternativeName(name));
        var begin = from ?? DateTimeOffset.UtcNow.AddHours(-1);
        using var leaf = request.Create(
            Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), begin, begin + (lifetime ?? TimeSpan.FromDays(90)), Serial());
        return string.Concat(chain.Prepend(leaf).Select(certificate => certificate.ExportCertificatePem() + "\n"));
    }

    public ServingCertificate Serve(string name, params X509Certificate2[] chain) => Serve(name, null, null, chain);

    public ServingCertificate Serve(string name, DateTimeOffset? from, TimeSpan? lifetime, params X509Certificate2[] chain)
    {
        var (text, key) = Issue(name, lifetime, from, chain);
        Assert.True(PemPairParser.TryParse(text, key, out var certificate, out var problem), problem);
        return certificate;
    }

    private X509Certificate2 Sign(CertificateRequest request, DateTimeOffset end) =>
        request.Create(Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), Start, end, Serial());

    private static CertificateRequest CaRequest(string name, ECDsa key) => new("CN=" + name, key, HashAlgorithmName.SHA256)
    {
        CertificateExtensions = { new X509BasicConstraintsExtension(true, false, 0, true) },
    };

    private static byte[] Serial() => RandomNumberGenerator.GetBytes(12);
}
