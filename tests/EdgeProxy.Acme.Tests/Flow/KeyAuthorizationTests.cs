namespace EdgeProxy.Acme.Tests.Flow;

public sealed class KeyAuthorizationTests
{
    // The tokens of RFC 8555 §8.3 and §8.4 with the key of RFC 7515's A.3; thumbprint and digests by openssl:
    // printf %s TEXT | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d =
    [Theory]
    [InlineData("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0", "TsRKynps8WR2t_mg14_-b9KAPI5z6dVS6CzKil2SuXU",
        "4ec44aca7a6cf16476b7f9a0d78ffe6fd2803c8e73e9d552e82cca8a5d92b975")]
    [InlineData("evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", "ZaJgFtIV4WA0t2MzN7kbSk0sfRd2GZjaxRqaSTAK6lI",
        "65a26016d215e16034b7633337b91b4a4d2c7d17761998dac51a9a49300aea52")]
    public void HasAFormForEachTypeOfChallenge(string token, string text, string digest)
    {
        using var key = AcmeAccountKey.From(Rfc7515.EcKey());

        var keyAuthorization = KeyAuthorization.For(token, key);

        Assert.Equal($"{token}.oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U", keyAuthorization.ToHttp01Body());
        Assert.Equal(text, keyAuthorization.ToDns01Text());
        Assert.Equal(digest, Convert.ToHexStringLower(keyAuthorization.ToTlsAlpn01Digest()));
    }

    [Fact]
    public void IsAValue()
    {
        using var key = AcmeAccountKey.Generate();
        using var other = AcmeAccountKey.Generate();

        Assert.Equal(KeyAuthorization.For("token", key), KeyAuthorization.For("token", key));
        Assert.NotEqual(KeyAuthorization.For("token", key), KeyAuthorization.For("token", other));
        Assert.NotEqual(KeyAuthorization.For("token", key), KeyAuthorization.For("another", key));
    }

    [Fact]
    public void NeverPrintsItself()
    {
        using var key = AcmeAccountKey.Generate();
        var keyAuthorization = KeyAuthorization.For("token", key);

        var context = new AcmeChallengeContext(AcmeIdentifier.Dns("a.test"), "token", keyAuthorization);

        Assert.Equal("(not shown)", keyAuthorization.ToString());
        Assert.Equal("AcmeChallengeContext { Identifier = a.test, Token = token, KeyAuthorization = (not shown) }", context.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("padded==")]
    [InlineData("a+b/c")]
    [InlineData("ünïcode")]
    [InlineData("line\nbreak")]
    public void RejectsTokensThatCouldBeSomethingElse(string? token)
    {
        using var key = AcmeAccountKey.Generate();

        Assert.False(KeyAuthorization.IsToken(token));
        Assert.Throws<AcmeException>(() => KeyAuthorization.For(token, key));
    }

    [Fact]
    public void RejectsEndlessTokens()
    {
        Assert.True(KeyAuthorization.IsToken(new string('a', 512)));
        Assert.False(KeyAuthorization.IsToken(new string('a', 513)));
    }

    [Fact]
    public void KnowsTheNamesOfTheProtocol()
    {
        Assert.Equal(("http-01", "/.well-known/acme-challenge/"), (Http01.ChallengeType, Http01.PathPrefix));
        Assert.Equal(("dns-01", "_acme-challenge"), (Dns01.ChallengeType, Dns01.Label));
        Assert.Equal(("tls-alpn-01", "acme-tls/1"), (TlsAlpn01.ChallengeType, TlsAlpn01.AlpnProtocol));
        // RFC 8737 §6.1: id-pe-acmeIdentifier is { id-pe 31 }; RFC 5280 §A.1: id-pe is 1.3.6.1.5.5.7.1.
        Assert.Equal("1.3.6.1.5.5.7.1.31", TlsAlpn01.IdentifierExtensionOid);
    }
}
