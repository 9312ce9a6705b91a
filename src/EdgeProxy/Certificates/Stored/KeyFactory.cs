using System.Security.Cryptography;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Certificates.Stored;

/// <summary>Makes private keys of the kinds that can be configured, and tells them apart.</summary>
internal static class KeyFactory
{
    public static AsymmetricAlgorithm Create(CertificateKeyType type) => type switch
    {
        CertificateKeyType.P256 => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        CertificateKeyType.P384 => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        CertificateKeyType.RSA2048 => RSA.Create(2048),
        CertificateKeyType.RSA3072 => RSA.Create(3072),
        CertificateKeyType.RSA4096 => RSA.Create(4096),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    public static bool IsOfType(AsymmetricAlgorithm key, CertificateKeyType type) => (key, type) switch
    {
        (ECDsa, CertificateKeyType.P256) => key.KeySize == 256,
        (ECDsa, CertificateKeyType.P384) => key.KeySize == 384,
        (RSA, CertificateKeyType.RSA2048) => key.KeySize == 2048,
        (RSA, CertificateKeyType.RSA3072) => key.KeySize == 3072,
        (RSA, CertificateKeyType.RSA4096) => key.KeySize == 4096,
        _ => false,
    };
}
