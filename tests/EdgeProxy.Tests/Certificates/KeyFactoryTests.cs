using EdgeProxy.Certificates;
using EdgeProxy.Configuration;

namespace EdgeProxy.Tests.Certificates;

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
