using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Testing;

/// <summary>A CA of the tests' own, root or intermediate: every certificate that a test makes comes from here.</summary>
public sealed class TestCa
{
    // The real clock, because real servers and clients compare with theirs.
    private static readonly DateTimeOffset Start = DateTimeOffset.UtcNow.AddDays(-10);

    private readonly ECDsa _key;

    private TestCa(ECDsa key, X509Certificate2 certificate)
    {
        _key = key;
        Certificate = certificate;
    }

    public X509Certificate2 Certificate { get; }

    public string Pem => Certificate.ExportCertificatePem();

    public static TestCa CreateRoot(string name = "Test Root")
    {
        var key = CreateKey();
        return new TestCa(key, CaRequest(name, key).CreateSelfSigned(Start, Start.AddYears(5)));
    }

    /// <summary>A server's certificate that nobody else has signed, with its key.</summary>
    public static X509Certificate2 CreateSelfSigned(string name)
    {
        using var key = CreateKey();
        return ServerRequest([name], key).CreateSelfSigned(Start, Start.AddYears(1));
    }

    /// <summary>A new CA below this one.</summary>
    public TestCa CreateIntermediate(string name)
    {
        var key = CreateKey();
        return new TestCa(key, Sign(CaRequest(name, key), Start, Start.AddYears(2)));
    }

    /// <summary>The other CA's name and key, signed by this one.</summary>
    public X509Certificate2 CrossSign(TestCa other)
    {
        var request = new CertificateRequest(other.Certificate.SubjectName, other._key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return Sign(request, Start, Start.AddYears(1));
    }

    /// <summary>A server's certificate as PEM, with the chain behind it, and its key as PEM.</summary>
    public ServerPem Issue(
        string name = "localhost", TimeSpan? lifetime = null, DateTimeOffset? from = null, params X509Certificate2[] chain)
    {
        using var key = CreateKey();
        return new ServerPem(IssueFor(name, key, lifetime, from, chain), key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>The same for a key that is there already.</summary>
    public string IssueFor(
        string name, AsymmetricAlgorithm key, TimeSpan? lifetime = null, DateTimeOffset? from = null, params X509Certificate2[] chain) =>
        IssueFor([name], key, lifetime, from, chain);

    public string IssueFor(
        string[] names, AsymmetricAlgorithm key, TimeSpan? lifetime = null, DateTimeOffset? from = null, params X509Certificate2[] chain)
    {
        var begin = from ?? DateTimeOffset.UtcNow.AddHours(-1);
        using var leaf = Sign(ServerRequest(names, key), begin, begin + (lifetime ?? TimeSpan.FromDays(90)));
        return string.Concat(chain.Prepend(leaf).Select(certificate => certificate.ExportCertificatePem() + "\n"));
    }

    private X509Certificate2 Sign(CertificateRequest request, DateTimeOffset begin, DateTimeOffset end) => request.Create(
        Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), begin, end, RandomNumberGenerator.GetBytes(12));

    private static ECDsa CreateKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static CertificateRequest CaRequest(string name, ECDsa key) => new($"CN={name}", key, HashAlgorithmName.SHA256)
    {
        CertificateExtensions = { new X509BasicConstraintsExtension(true, false, 0, true) },
    };

    private static CertificateRequest ServerRequest(string[] names, AsymmetricAlgorithm key)
    {
        var request = key switch
        {
            ECDsa curve => new CertificateRequest($"CN={names[0]}", curve, HashAlgorithmName.SHA256),
            RSA rsa => new CertificateRequest($"CN={names[0]}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            _ => throw new ArgumentException("No such key.", nameof(key)),
        };
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
                alternatives.AddIpAddress(address);
            else
                alternatives.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        return request;
    }
}

/// <summary>What a server needs, as PEM: its certificate with the chain behind it, and the certificate's key.</summary>
public sealed record ServerPem(string Chain, string Key)
{
    /// <summary>The certificate with its key.</summary>
    public X509Certificate2 ToCertificate() => X509Certificate2.CreateFromPem(Chain, Key);
}
