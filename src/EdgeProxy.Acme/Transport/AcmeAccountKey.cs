using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace EdgeProxy.Acme;

/// <summary>
/// The key that signs requests to the CA (RFC 8555 §6.2). Keys made here are P-256 (ES256); imported ones may also be P-384 (ES384)
/// or RSA of at least 2048 bits (RS256). Never prints itself; safe to use from several threads.
/// </summary>
public sealed class AcmeAccountKey : IDisposable
{
    private readonly Lock _lock = new();
    private readonly AsymmetricAlgorithm _key;
    private readonly Func<byte[], byte[]> _sign;

    private AcmeAccountKey(ECDsa key)
    {
        _key = key;
        var hash = JsonWebKey.HashFor(key);
        Algorithm = hash == HashAlgorithmName.SHA256 ? "ES256" : "ES384";
        PublicJwk = JsonWebKey.For(key);
        // RFC 7518 §3.4: the signature is R and S side by side, not a DER sequence.
        _sign = data => key.SignData(data, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private AcmeAccountKey(RSA key)
    {
        // RFC 7518 §3.3: "A key of size 2048 bits or larger MUST be used".
        if (key.KeySize < 2048)
            throw new CryptographicException($"An RSA key of {key.KeySize} bits is too short; 2048 is the least.");
        _key = key;
        Algorithm = "RS256";
        PublicJwk = JsonWebKey.For(key);
        _sign = data => key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    /// <summary>Makes a new P-256 key.</summary>
    public static AcmeAccountKey Generate() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads an unencrypted private key in PEM (PKCS#8; also SEC 1 and PKCS#1).</summary>
    /// <exception cref="CryptographicException">The text is not such a key, or of a kind ACME has no signature for.</exception>
    public static AcmeAccountKey FromPem(string pkcs8Pem) => From(PrivateKeyPem.Parse(pkcs8Pem));

    /// <summary>The key as PKCS#8 PEM: a secret, to be stored readable by the owner only.</summary>
    public string ToPem() => _key.ExportPkcs8PrivateKeyPem();

    /// <summary>The SHA-256 thumbprint of the public key (RFC 7638), base64url.</summary>
    public string Thumbprint => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(PublicJwk)));

    /// <summary>The name of the signature algorithm in a JWS: ES256, ES384 or RS256.</summary>
    public string Algorithm { get; }

    /// <summary>The public key as a JSON Web Key in the canonical form of RFC 7638 §3.</summary>
    internal string PublicJwk { get; }

    /// <summary>Wraps any suitable private key, for example a certificate's, without a copy: disposing this disposes it.</summary>
    internal static AcmeAccountKey From(AsymmetricAlgorithm key) => key switch
    {
        ECDsa ec => new AcmeAccountKey(ec),
        RSA rsa => new AcmeAccountKey(rsa),
        _ => throw new CryptographicException("Only ECDSA and RSA keys can sign ACME requests."),
    };

    internal byte[] Sign(byte[] data)
    {
        lock (_lock)
            return _sign(data);
    }

    /// <summary>The algorithm and the thumbprint: nothing secret.</summary>
    public override string ToString() => $"{Algorithm} account key {Thumbprint}";

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
