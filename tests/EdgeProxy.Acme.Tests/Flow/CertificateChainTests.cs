using System.Security.Cryptography;
using System.Text;
using EdgeProxy.Testing;

namespace EdgeProxy.Acme.Tests.Flow;

public sealed class CertificateChainTests
{
    private static readonly Uri Url = new("https://ca.test/certificate/1");
    private static readonly ServerIdentity Identity = ServerIdentity.Create();
    private static readonly string Leaf = Identity.CertificatePem.ReplaceLineEndings("\n");

    [Fact]
    public void KeepsTheBytesOfTheCa()
    {
        // Line endings and blank lines as some CAs have them.
        var pem = Encoding.ASCII.GetBytes($"\r\n{Leaf.ReplaceLineEndings("\r\n")}\n\n\n{Identity.RootPem}\n  ");

        var chain = CertificateChain.Parse(pem, Url);

        Assert.Equal(pem, chain.Pem.ToArray());
        Assert.Equal(2, chain.Certificates.Count);
        Assert.Equal("CN=A test's server", chain.Leaf.Subject);
        Assert.Equal("Root of a test's own", chain.TopIssuer);
    }

    public static TheoryData<string, string> Foreign => new()
    {
        { "", "it is empty" },
        { " \n", "it is empty" },
        { "<html></html>", "text outside of PEM blocks" },
        { "Subject: CN=example\n" + Leaf, "text outside of PEM blocks" },
        { Leaf + "\nafterwards", "text outside of PEM blocks" },
        { Leaf.Replace("END CERTIFICATE", "END", StringComparison.Ordinal), "text outside of PEM blocks" },
        { Leaf + "\n" + Identity.KeyPem, "a block PRIVATE KEY" },
        { "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "cannot be used" },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public void RejectsWhateverElseIsInIt(string pem, string reason)
    {
        var failure = Assert.Throws<AcmeException>(() => CertificateChain.Parse(Encoding.ASCII.GetBytes(pem), Url));

        Assert.StartsWith("https://ca.test/certificate/1 answered with a certificate chain that cannot be used: ", failure.Message);
        Assert.Contains(reason, failure.Message);
    }

    [Fact]
    public void NeverQuotesAPrivateKey()
    {
        using var key = ECDsa.Create();
        var pem = key.ExportPkcs8PrivateKeyPem();

        var failure = Assert.Throws<AcmeException>(() => CertificateChain.Parse(Encoding.ASCII.GetBytes(pem), Url));

        Assert.DoesNotContain(pem.Split('\n')[1], failure.ToString());
    }
}
