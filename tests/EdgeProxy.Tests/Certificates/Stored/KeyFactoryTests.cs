using EdgeProxy.Certificates.Stored;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Tests.Certificates.Stored;

public sealed class KeyFactoryTests
{
    [Theory]
    [InlineData(CertificateKeyType.P256)]
    [InlineData(CertificateKeyType.P384)]
    [InlineData(CertificateKeyType.RSA2048)]
    internal void AKeyIsOfItsTypeAndNoOther(CertificateKeyType type)
    {
        using var key = KeyFactory.Create(type);

        Assert.Equal([type], Enum.GetValues<CertificateKeyType>().Where(other => KeyFactory.IsOfType(key, other)));
    }
}
