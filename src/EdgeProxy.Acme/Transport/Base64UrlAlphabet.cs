using System.Buffers;

namespace EdgeProxy.Acme;

/// <summary>The characters of base64url (RFC 4648 §5) without padding: what nonces and tokens may consist of.</summary>
internal static class Base64UrlAlphabet
{
    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Whether the text is not empty and has no other character. It need not decode.</summary>
    public static bool Covers(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(Characters);
}
