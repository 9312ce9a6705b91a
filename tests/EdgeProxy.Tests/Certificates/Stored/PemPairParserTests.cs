using System.Security.Cryptography;
using EdgeProxy.Certificates.Stored;

namespace EdgeProxy.Tests.Certificates.Stored;

public sealed class PemPairParserTests
{
    private static readonly TestCa Root = TestCa.CreateRoot();
    private static readonly TestCa Intermediate = Root.CreateIntermediate("Test Intermediate");

    [Fact]
    public void KeepsTheChainInTheOrderItWasGiven()
    {
        var (chain, key) = Root.Issue("a.example", null, null, Root.Certificate, Intermediate.Certificate);

        Assert.True(PemPairParser.TryParse(chain, key, out var certificate, out _));
        Assert.Equal(
            [Root.Certificate.Thumbprint, Intermediate.Certificate.Thumbprint],
            certificate.Options.ServerCertificateContext!.IntermediateCertificates.Select(sent => sent.Thumbprint));
    }

    [Theory]
    [InlineData("ecdsa-pkcs8")]
    [InlineData("ecdsa-sec1")]
    [InlineData("ecdsa-with-parameters")]
    [InlineData("rsa-pkcs8")]
    [InlineData("rsa-pkcs1")]
    public void AcceptsEveryUsualFormOfKey(string form)
    {
        const string Parameters = "-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n";
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        var (algorithm, key) = form switch
        {
            "ecdsa-pkcs8" => ((AsymmetricAlgorithm)curve, curve.ExportPkcs8PrivateKeyPem()),
            "ecdsa-sec1" => (curve, curve.ExportECPrivateKeyPem()),
            "ecdsa-with-parameters" => (curve, Parameters + curve.ExportECPrivateKeyPem()),
            "rsa-pkcs8" => (rsa, rsa.ExportPkcs8PrivateKeyPem()),
            _ => (rsa, rsa.ExportRSAPrivateKeyPem()),
        };

        Assert.True(PemPairParser.TryParse(Root.IssueFor("a.example", algorithm), key, out var certificate, out var problem), problem);
        Assert.True(certificate.Leaf.HasPrivateKey);
    }

    [Fact]
    public void AcceptsTextAroundTheBlocksAndAKeyInTheSameFile()
    {
        var (chain, key) = Root.Issue("a.example");
        var file = "subject=/CN=a.example\r\n" + key.ReplaceLineEndings("\r\n") + "\r\nissuer=/CN=Test\r\n"
            + chain.ReplaceLineEndings("\r\n");

        Assert.True(PemPairParser.TryParse(file, file, out _, out var problem), problem);
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public void AcceptsAChainButNotABundleOfRoots(int further, bool accepted)
    {
        var (chain, key) = Root.Issue("a.example", null, null, [.. Enumerable.Repeat(Intermediate.Certificate, further)]);

        Assert.Equal(accepted, PemPairParser.TryParse(chain, key, out _, out var problem));
        Assert.Equal(!accepted, problem.Contains("has 12 certificates", StringComparison.Ordinal));
    }

    [Fact]
    public void RejectsTheKeyOfAnotherCertificateWithoutShowingIt()
    {
        var key = Root.Issue("b.example").Key;

        AssertRejected(Root.Issue("a.example").Chain, key, "does not belong to its first certificate");
    }

    [Fact]
    public void RejectsAChainWhoseFirstCertificateIsNotTheServers()
    {
        var (chain, key) = Root.Issue("a.example");

        AssertRejected(Root.Certificate.ExportCertificatePem() + "\n" + chain, key, "does not belong to its first certificate");
    }

    [Fact]
    public void RejectsAnEncryptedKeyAndSaysHowToDecryptIt()
    {
        using var key = ECDsa.Create();
        var encrypted = key.ExportEncryptedPkcs8PrivateKeyPem(
            "secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1));

        AssertRejected(Root.IssueFor("a.example", key), encrypted, "openssl pkey");
    }

    [Fact]
    public void RejectsAKeyOfAKindThatTlsHereCannotUse()
    {
        // Made with: openssl req -x509 -newkey ed25519 -nodes -subj /CN=a.example -days 36500
        const string Chain = """
            -----BEGIN CERTIFICATE-----
            MIIBPjCB8aADAgECAhQ8YV9rXU/mzmuE224K/7oMjQskfDAFBgMrZXAwFDESMBAG
            A1UEAwwJYS5leGFtcGxlMCAXDTI2MTEyMzE3NTI0MloYDzIxMjYxMDMwMTc1MjQy
            WjAUMRIwEAYDVQQDDAlhLmV4YW1wbGUwKjAFBgMrZXADIQBYYTN+yXLuIq9B0x1a
            yhJxZB2knJrkKZm/ClzkdmW0i6NTMFEwHQYDVR0OBBYEFBSZVVAkpBCl+nsQk2qB
            BCeQr9fvMB8GA1UdIwQYMBaAFBSZVVAkpBCl+nsQk2qBBCeQr9fvMA8GA1UdEwEB
            /wQFMAMBAf8wBQYDK2VwA0EASbiI6LnLJfwfuBsVMgrUq67s+KRKrLtBVXiCvncq
            GAO4fZAsxXf29gEwxj5ObnSKXUr7bO/wt5OCvfqAANjbDw==
            -----END CERTIFICATE-----
            """;
        AssertRejected(Chain, Root.Issue("a.example").Key, "use an RSA or elliptic curve key");
    }

    [Theory]
    [InlineData("", "has no PEM certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n", "damaged or only half written")]
    public void RejectsWhatIsNoCertificate(string chain, string problem) => AssertRejected(chain, Root.Issue("a.example").Key, problem);

    [Theory]
    [InlineData("", "has no PEM private key")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "damaged")]
    public void RejectsWhatIsNoKey(string key, string problem) => AssertRejected(Root.Issue("a.example").Chain, key, problem);

    [Fact]
    public void RejectsAPairThatIsCutAnywhereWithinACertificateOrTheKey()
    {
        var (chain, key) = Root.Issue("a.example", null, null, Intermediate.Certificate, Root.Certificate);

        for (var length = 0; length < key.Length - 2; length += 7)
            Assert.False(PemPairParser.TryParse(chain, key[..length], out _, out _), $"key of {length}");
        for (var length = 0; length < chain.Length - 2; length += 23)
        {
            var cut = chain[..length];
            var whole = cut.TrimEnd().EndsWith("-----END CERTIFICATE-----", StringComparison.Ordinal);
            Assert.Equal(whole, PemPairParser.TryParse(cut, key, out _, out _));
        }
    }

    private static void AssertRejected(string chain, string key, string expected)
    {
        Assert.False(PemPairParser.TryParse(chain, key, out _, out var problem));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("BEGIN", problem, StringComparison.Ordinal);
    }
}
