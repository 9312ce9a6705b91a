using System.Security.Cryptography;

namespace EdgeProxy.Acme.Tests.Transport;

public sealed class PrivateKeyPemTests
{
    [Fact]
    public void ReadsAPrivateKeyOfEitherKindButNotItsPublicHalf()
    {
        foreach (var key in (AsymmetricAlgorithm[])[ECDsa.Create(ECCurve.NamedCurves.nistP256), RSA.Create(2048)])
        {
            using var read = PrivateKeyPem.TryParse(key.ExportPkcs8PrivateKeyPem())!;
            Assert.Equal(key.ExportSubjectPublicKeyInfo(), read.ExportSubjectPublicKeyInfo());
            Assert.Null(PrivateKeyPem.TryParse(key.ExportSubjectPublicKeyInfoPem()));
        }
    }

    [Fact]
    public void WipesWhatItExportedToSeeWhetherTheKeyIsPrivate()
    {
        using var key = new ExportingKey();

        Assert.Same(key, PrivateKeyPem.TryImport(key, "any text"));

        Assert.Equal(new byte[4], key.Exported);
    }

    /// <summary>Keeps hold of the bytes it gave away.</summary>
    private sealed class ExportingKey : AsymmetricAlgorithm
    {
        public byte[] Exported { get; } = [1, 2, 3, 4];

        public override void ImportFromPem(ReadOnlySpan<char> input)
        {
        }

        public override byte[] ExportPkcs8PrivateKey() => Exported;
    }
}
