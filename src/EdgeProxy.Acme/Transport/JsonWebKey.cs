using System.Buffers.Text;
using System.Security.Cryptography;

namespace EdgeProxy.Acme;

/// <summary>Public keys as RFC 7638 §3 wants them: only the required members, in lexicographic order, without white space.</summary>
internal static class JsonWebKey
{
    private const string P256 = "1.2.840.10045.3.1.7";
    private const string P384 = "1.3.132.0.34";

    public static string For(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false);
        var curve = CurveOf(key) == P256 ? "P-256" : "P-384";
        return $$"""{"crv":"{{curve}}","kty":"EC","x":"{{Encode(point.Q.X)}}","y":"{{Encode(point.Q.Y)}}"}""";
    }

    public static string For(RSA key)
    {
        var numbers = key.ExportParameters(includePrivateParameters: false);
        return $$"""{"e":"{{Encode(numbers.Exponent)}}","kty":"RSA","n":"{{Encode(numbers.Modulus)}}"}""";
    }

    /// <summary>The hash that belongs to the key's curve (RFC 7518 §3.4).</summary>
    public static HashAlgorithmName HashFor(ECDsa key) => CurveOf(key) switch
    {
        P256 => HashAlgorithmName.SHA256,
        P384 => HashAlgorithmName.SHA384,
        _ => throw new CryptographicException("Only the curves P-256 and P-384 are supported."),
    };

    private static string? CurveOf(ECDsa key) => key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value;

    private static string Encode(byte[]? bytes) => Base64Url.EncodeToString(bytes);
}
