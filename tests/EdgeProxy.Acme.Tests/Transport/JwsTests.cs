using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EdgeProxy.Acme.Tests.Transport;

public sealed class JwsTests
{
    private static readonly Uri Url = new("https://ca.test/new-order");
    private static readonly Uri Account = new("https://ca.test/account/1");

    [Fact]
    public void NamesTheAccountOnceItHasAUrl()
    {
        using var key = AcmeAccountKey.Generate();

        var header = Header(Jws.Sign(key, Account, "n0nce", Url, "{}"));

        Assert.Equal("""{"alg":"ES256","kid":"https://ca.test/account/1","nonce":"n0nce","url":"https://ca.test/new-order"}""", header);
    }

    [Fact]
    public void ShowsThePublicKeyOfANewAccount()
    {
        using var key = AcmeAccountKey.From(Rfc7515.EcKey());

        var header = Header(Jws.Sign(key, null, null, Url, "{}"));

        Assert.Equal($$"""{"alg":"ES256","jwk":{{key.PublicJwk}},"url":"https://ca.test/new-order"}""", header);
    }

    [Fact]
    public void SignsHeaderAndPayloadTogether()
    {
        using var ec = Rfc7515.EcKey();
        using var jws = JsonDocument.Parse(Jws.Sign(AcmeAccountKey.From(ec), Account, "n", Url, """{"a":1}"""));

        Assert.Equal("""{"a":1}""", Encoding.UTF8.GetString(Decode(jws, "payload")));
        var signed = Encoding.ASCII.GetBytes($"{Text(jws, "protected")}.{Text(jws, "payload")}");
        Assert.True(ec.VerifyData(signed, Decode(jws, "signature"), HashAlgorithmName.SHA256));
    }

    [Fact]
    public void BindsTheAccountKeyToAnExternalAccount()
    {
        using var key = AcmeAccountKey.From(Rfc7515.EcKey());
        // The key of RFC 7515's A.1.
        var hmacKey = Base64Url.DecodeFromChars("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");

        using var jws = JsonDocument.Parse(Jws.Bind(new ExternalAccountBinding("kid-1", hmacKey), key, Url).ToJsonString());

        // RFC 8555 §7.3.4: alg, kid and url, no nonce; the payload is the account's public key.
        Assert.Equal("""{"alg":"HS256","kid":"kid-1","url":"https://ca.test/new-order"}""",
            Encoding.UTF8.GetString(Decode(jws, "protected")));
        Assert.Equal(key.PublicJwk, Encoding.UTF8.GetString(Decode(jws, "payload")));
        var signed = Encoding.ASCII.GetBytes($"{Text(jws, "protected")}.{Text(jws, "payload")}");
        Assert.Equal(HMACSHA256.HashData(hmacKey, signed), Decode(jws, "signature"));
    }

    private static string Header(byte[] jws) => Encoding.UTF8.GetString(Decode(JsonDocument.Parse(jws), "protected"));

    private static string Text(JsonDocument jws, string part) => jws.RootElement.GetProperty(part).GetString()!;

    private static byte[] Decode(JsonDocument jws, string part) => Base64Url.DecodeFromChars(Text(jws, part));
}
