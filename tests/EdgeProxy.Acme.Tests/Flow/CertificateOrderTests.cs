using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeProxy.Testing;

namespace EdgeProxy.Acme.Tests.Flow;

public sealed class CertificateOrderTests
{
    [Theory]
    [InlineData(PebbleVersion.Debian)]
    [InlineData(PebbleVersion.Current)]
    public async Task ObtainsACertificateForTheKeyAndTheNames(PebbleVersion version)
    {
        await using var ca = await Ca.StartWithAccountAsync(new PebbleOptions { Version = version });
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new OrderRequest([AcmeIdentifier.Dns("a.example.org"), AcmeIdentifier.Dns("b.example.org")], key);

        var issued = await ca.Order.ObtainAsync(request, TestContext.Current.CancellationToken);

        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(System.Text.Encoding.ASCII.GetString(issued.Pem.Span));
        Assert.Equal(4, chain.Count);
        Assert.True(chain[0].MatchesHostname("a.example.org"));
        Assert.True(chain[0].MatchesHostname("b.example.org"));
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), chain[0].PublicKey.ExportSubjectPublicKeyInfo());
        Assert.Equal(0, ca.Responder.InPlace);
    }
}
