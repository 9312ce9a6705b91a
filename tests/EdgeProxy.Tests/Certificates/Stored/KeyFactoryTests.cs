using EdgeProxy.Certificates.Stored;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Tests.Certificates.Stored;

public sealed class KeyFactoryTests
{
    [Theory]
    [InlineData(CertificateKeyType.P256)]
    [InlineData(CertificateKeyType.P384)]
    [InlineData(CertificateKeyType.RSA2048)]
    internal void AKeyIsReadBackButNotItsPublicHalf(CertificateKeyType type)
    {
        using var key = KeyFactory.Create(type);

        using var read = KeyFactory.FromPem(key.ExportPkcs8PrivateKeyPem());
        Assert.True(KeyFactory.IsOfType(read!, type));
        Assert.Null(KeyFactory.FromPem(key.ExportSubjectPublicKeyInfoPem()));
    }
}
