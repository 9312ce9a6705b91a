using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace EdgeProxy.Acme;

/// <summary>JSON Web Signatures in the flattened serialization, the form of every ACME request body (RFC 8555 §6.2).</summary>
internal static class Jws
{
    /// <summary>Signs with the account's key. Until the account has a URL its public key stands in for it (RFC 8555 §6.2).</summary>
    public static byte[] Sign(AcmeAccountKey key, Uri? account, string? nonce, Uri url, string payload)
    {
        var header = new JsonObject { ["alg"] = key.Algorithm };
        // RFC 8555 §6.2: "The "jwk" and "kid" fields are mutually exclusive."
        if (account is null)
            header["jwk"] = JsonNode.Parse(key.PublicJwk);
        else
            header["kid"] = account.AbsoluteUri;
        if (nonce is not null)
            header["nonce"] = nonce;
        header["url"] = url.AbsoluteUri;
        return Serialize(header, payload, key.Sign);
    }

    /// <summary>Binds an account's key to the account at the CA's that <paramref name="binding"/> names (RFC 8555 §7.3.4).</summary>
    public static JsonNode Bind(ExternalAccountBinding binding, AcmeAccountKey key, Uri newAccount)
    {
        // RFC 8555 §7.3.4: "The "nonce" field MUST NOT be present"; the "url" is that of the outer JWS.
        var header = new JsonObject { ["alg"] = "HS256", ["kid"] = binding.KeyId, ["url"] = newAccount.AbsoluteUri };
        return JsonNode.Parse(Serialize(header, key.PublicJwk, data => HMACSHA256.HashData(binding.HmacKey.Span, data)))!;
    }

    private static byte[] Serialize(JsonObject header, string payload, Func<byte[], byte[]> sign)
    {
        var protectedPart = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString()));
        var payloadPart = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload));
        var signature = sign(Encoding.ASCII.GetBytes($"{protectedPart}.{payloadPart}"));
        return Encoding.ASCII.GetBytes(
            $$"""{"protected":"{{protectedPart}}","payload":"{{payloadPart}}","signature":"{{Base64Url.EncodeToString(signature)}}"}""");
    }
}
