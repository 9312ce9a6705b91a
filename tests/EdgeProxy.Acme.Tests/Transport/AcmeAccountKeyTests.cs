using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace EdgeProxy.Acme.Tests.Transport;

public sealed class AcmeAccountKeyTests
{
    [Fact]
    public void HasTheThumbprintOfRfc7638()
    {
        // RFC 7638 §3.1.
        using var rsa = RSA.Create(new RSAParameters
        {
            Modulus = Base64Url.DecodeFromChars(
                "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjB"
                + "ZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8"
                + "KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_"
                + "xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"),
            Exponent = [1, 0, 1],
        });

        Assert.Equal("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", AcmeAccountKey.From(rsa).Thumbprint);
    }

    [Fact]
    public void SignsAsRfc7515DoesWithRsa()
    {
        using var key = AcmeAccountKey.From(Rfc7515.RsaKey());

        var signature = key.Sign(Encoding.ASCII.GetBytes("eyJhbGciOiJSUzI1NiJ9." + Rfc7515.Payload));

        Assert.Equal("RS256", key.Algorithm);
        Assert.Equal("cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9"
            + "uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB"
            + "_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rq"
            + "Vt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
            Base64Url.EncodeToString(signature));
    }

    [Fact]
    public void SignsWithP256AsTwoNumbersSideBySide()
    {
        using var ec = Rfc7515.EcKey();
        var key = AcmeAccountKey.From(ec);
        var data = Encoding.ASCII.GetBytes("eyJhbGciOiJFUzI1NiJ9." + Rfc7515.Payload);

        var signature = key.Sign(data);

        Assert.Equal("ES256", key.Algorithm);
        Assert.Equal(64, signature.Length);
        Assert.True(ec.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        Assert.Equal("""{"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","""
            + "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}", key.PublicJwk);
    }

    [Fact]
    public void SurvivesStorageAsPem()
    {
        using var key = AcmeAccountKey.Generate();
        using var read = AcmeAccountKey.FromPem(key.ToPem());

        Assert.Equal("ES256", key.Algorithm);
        Assert.Equal(key.Thumbprint, read.Thumbprint);
    }

    [Fact]
    public void ReadsTheKeysOfOtherClients()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = Rfc7515.RsaKey();

        Assert.Equal("ES384", AcmeAccountKey.FromPem(p384.ExportPkcs8PrivateKeyPem()).Algorithm);
        Assert.Equal("ES384", AcmeAccountKey.FromPem(p384.ExportECPrivateKeyPem()).Algorithm);
        Assert.Equal("RS256", AcmeAccountKey.FromPem(rsa.ExportPkcs8PrivateKeyPem()).Algorithm);
        Assert.Equal("RS256", AcmeAccountKey.FromPem(rsa.ExportRSAPrivateKeyPem()).Algorithm);
    }

    [Fact]
    public void RejectsWhatIsNoUsablePrivateKeyWithoutQuotingIt()
    {
        using var p521 = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        using var shortRsa = RSA.Create(1024);
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var secret = Convert.ToBase64String(p256.ExportPkcs8PrivateKey());

        Assert.Throws<CryptographicException>(() => AcmeAccountKey.FromPem(p521.ExportPkcs8PrivateKeyPem()));
        Assert.Throws<CryptographicException>(() => AcmeAccountKey.FromPem(shortRsa.ExportPkcs8PrivateKeyPem()));
        Assert.Throws<CryptographicException>(() => AcmeAccountKey.FromPem(p256.ExportSubjectPublicKeyInfoPem()));
        Assert.Throws<CryptographicException>(() => AcmeAccountKey.FromPem(""));
        var damaged = Assert.Throws<CryptographicException>(
            () => AcmeAccountKey.FromPem($"-----BEGIN PRIVATE KEY-----\n{secret[..^8]}\n-----END"));
        Assert.DoesNotContain(secret[..20], damaged.ToString());
    }

    [Fact]
    public void NeverPrintsItself()
    {
        using var key = AcmeAccountKey.Generate();

        Assert.Equal($"ES256 account key {key.Thumbprint}", key.ToString());
    }
}
