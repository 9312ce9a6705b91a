using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace EdgeProxy.Acme;

/// <summary>What a solver needs to know of a challenge.</summary>
/// <param name="Identifier">The name to prove control of, without <c>*.</c>.</param>
/// <param name="Token">The challenge's token: 1 to 512 characters of base64url, so safe in a path.</param>
/// <param name="KeyAuthorization">What to publish, in the form of each type of challenge.</param>
public sealed record AcmeChallengeContext(AcmeIdentifier Identifier, string Token, KeyAuthorization KeyAuthorization);

/// <summary>
/// Links a challenge to an account's key (RFC 8555 §8.1). It never prints itself; each type of challenge publishes another form of it.
/// </summary>
public sealed record KeyAuthorization
{
    private const int LongestToken = 512;

    private readonly string _value;

    private KeyAuthorization(string value) => _value = value;

    /// <summary>The one of a challenge: <c>token || '.' || thumbprint</c> of the account's key.</summary>
    /// <exception cref="AcmeException"><paramref name="token"/> is not one: see <see cref="IsToken"/>.</exception>
    public static KeyAuthorization For(string? token, AcmeAccountKey key)
    {
        // RFC 8555 §8.3: the token "MUST NOT contain any characters outside the base64url alphabet and MUST NOT include base64
        // padding characters". Solvers make it part of a path, where other characters could lead elsewhere.
        if (!IsToken(token))
            throw new AcmeException("The CA sent a challenge whose token is not base64url; it is not used.");
        return new KeyAuthorization($"{token}.{key.Thumbprint}");
    }

    /// <summary>Whether the text can be a token: from 1 to 512 characters, all of base64url without padding (RFC 8555 §8.3).</summary>
    public static bool IsToken(string? token) =>
        token is { Length: <= LongestToken } && Base64UrlAlphabet.Covers(token);

    /// <summary>The body of the file for http-01, in ASCII: the key authorization itself (RFC 8555 §8.3).</summary>
    public string ToHttp01Body() => _value;

    /// <summary>
    /// The text of the TXT record for dns-01: the SHA-256 digest as 43 characters of base64url without padding (RFC 8555 §8.4).
    /// </summary>
    public string ToDns01Text() => Base64Url.EncodeToString(Digest());

    /// <summary>
    /// The SHA-256 digest for tls-alpn-01, 32 bytes (RFC 8737 §3). The certificate's extension holds it as an ASN.1 OCTET STRING.
    /// </summary>
    public byte[] ToTlsAlpn01Digest() => Digest();

    /// <summary>Never shows the value.</summary>
    public override string ToString() => "(not shown)";

    private byte[] Digest() => SHA256.HashData(Encoding.ASCII.GetBytes(_value));
}

/// <summary>The http-01 challenge (RFC 8555 §8.3): a file the CA fetches on port 80, whose content is the key authorization.</summary>
public static class Http01
{
    /// <summary>Its name in the protocol.</summary>
    public const string ChallengeType = "http-01";

    /// <summary>The folder of the file; the token is its name.</summary>
    public const string PathPrefix = "/.well-known/acme-challenge/";
}

/// <summary>The dns-01 challenge (RFC 8555 §8.4): a TXT record below the name; the only one that proves control of a wildcard.</summary>
public static class Dns01
{
    /// <summary>Its name in the protocol.</summary>
    public const string ChallengeType = "dns-01";

    /// <summary>The label that goes, with a dot, before the name: <c>_acme-challenge.example.org</c>.</summary>
    public const string Label = "_acme-challenge";
}

/// <summary>The tls-alpn-01 challenge (RFC 8737): a self-signed certificate for the name, shown to the CA on port 443.</summary>
public static class TlsAlpn01
{
    /// <summary>Its name in the protocol (RFC 8737 §3).</summary>
    public const string ChallengeType = "tls-alpn-01";

    /// <summary>The only protocol the CA offers by ALPN; the server must choose it (RFC 8737 §6.2).</summary>
    public const string AlpnProtocol = "acme-tls/1";

    /// <summary>id-pe-acmeIdentifier, the certificate's critical extension that holds the digest (RFC 8737 §6.1).</summary>
    public const string IdentifierExtensionOid = "1.3.6.1.5.5.7.1.31";
}
