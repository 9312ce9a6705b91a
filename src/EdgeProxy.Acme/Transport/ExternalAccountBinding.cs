using System.Buffers.Text;

namespace EdgeProxy.Acme;

/// <summary>What a CA hands out to tie an ACME account to an account its customer has already (RFC 8555 §7.3.4).</summary>
/// <param name="KeyId">The key identifier.</param>
/// <param name="HmacKey">The HMAC key itself, decoded: a secret that never prints.</param>
public sealed record ExternalAccountBinding(string KeyId, ReadOnlyMemory<byte> HmacKey)
{
    /// <summary>
    /// Takes the HMAC key as CAs print it: base64url (RFC 4648 §5) or, as some do, ordinary base64 (§4); with or without padding and
    /// white space around it.
    /// </summary>
    /// <exception cref="FormatException">The key is empty or neither of the two. The message does not quote it.</exception>
    public static ExternalAccountBinding FromBase64Url(string keyId, string hmacKey)
    {
        var text = hmacKey.Trim().Replace('+', '-').Replace('/', '_');
        if (!Base64Url.IsValid(text) || text.Length == 0)
            throw new FormatException($"The HMAC key of the external account {keyId} is not base64url.");
        return new ExternalAccountBinding(keyId, Base64Url.DecodeFromChars(text));
    }

    /// <summary>The key identifier only.</summary>
    public override string ToString() => $"external account {KeyId}";
}
