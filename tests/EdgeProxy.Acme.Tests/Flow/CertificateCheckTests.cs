using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Acme.Tests.Flow;

public sealed class CertificateCheckTests : IDisposable
{
    private static readonly DateTimeOffset Now = SkippingTime.Start;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => _key.Dispose();

    [Fact]
    public void IsContentWithTheKeyAndTheNamesAskedFor()
    {
        using var leaf = X509Certificate2.CreateFromPem(FakeCa.Issue(_key, ["A.test", "*.b.test", "more.test"]));

        Assert.Null(CertificateCheck.FindMismatch(leaf, Request("a.test", "*.b.test"), Now));
    }

    [Fact]
    public void NoticesAnotherKey()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leaf = X509Certificate2.CreateFromPem(FakeCa.Issue(other, ["a.test"]));

        Assert.Equal("it is for another key", CertificateCheck.FindMismatch(leaf, Request("a.test"), Now));
    }

    [Fact]
    public void NoticesNamesThatAreMissing()
    {
        using var leaf = X509Certificate2.CreateFromPem(FakeCa.Issue(_key, ["a.test", "*.b.test"]));

        Assert.Equal("it lacks c.test, x.b.test", CertificateCheck.FindMismatch(leaf, Request("a.test", "c.test", "x.b.test"), Now));
    }

    [Fact]
    public void NoticesThatItHasExpired()
    {
        using var leaf = X509Certificate2.CreateFromPem(FakeCa.Issue(_key, ["a.test"], notAfter: Now));

        Assert.Equal("it expired at 2030-05-17 12:00:00Z", CertificateCheck.FindMismatch(leaf, Request("a.test"), Now));
        Assert.Null(CertificateCheck.FindMismatch(leaf, Request("a.test"), Now.AddSeconds(-1)));
    }

    private OrderRequest Request(params string[] names) => new([.. names.Select(AcmeIdentifier.Dns)], _key);
}
