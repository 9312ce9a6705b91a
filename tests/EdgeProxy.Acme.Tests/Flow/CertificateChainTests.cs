using System.Security.Cryptography;
using System.Text;

namespace EdgeProxy.Acme.Tests.Flow;

public sealed class CertificateChainTests
{
    private static readonly Uri Url = new("https://ca.test/certificate/1");
    private static readonly TestCa Ca = TestCa.CreateRoot("Root of the test");
    private static readonly ServerPem Server = Ca.Issue("server.test");
    private static readonly string Leaf = Server.Chain.TrimEnd();

    [Fact]
    public void KeepsTheBytesOfTheCa()
    {
        // Some CAs send these line endings and blank lines.
        var pem = Encoding.ASCII.GetBytes($"\r\n{Leaf.ReplaceLineEndings("\r\n")}\n\n\n{Ca.Pem}\n  ");

        var chain = CertificateChain.Parse(pem, Url);

        Assert.Equal(pem, chain.Pem.ToArray());
        Assert.Equal(2, chain.Certificates.Count);
        Assert.Equal("CN=server.test", chain.Leaf.Subject);
        Assert.Equal("Root of the test", chain.TopIssuer);
    }

    public static TheoryData<string, string> Foreign => new()
    {
        { "", "it is empty" },
        { " \n", "it is empty" },
        { "<html></html>", "text outside of PEM blocks" },
        { "Subject: CN=example\n" + Leaf, "text outside of PEM blocks" },
        { Leaf + "\nafterwards", "text outside of PEM blocks" },
        { Leaf.Replace("END CERTIFICATE", "END", StringComparison.Ordinal), "text outside of PEM blocks" },
        { Leaf + "\n" + Server.Key, "a block PRIVATE KEY" },
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
