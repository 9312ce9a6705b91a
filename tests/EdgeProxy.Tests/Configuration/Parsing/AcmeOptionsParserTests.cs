using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Tests.Configuration.Parsing;

public class AcmeOptionsParserTests
{
    [Theory]
    [InlineData("'Challenge': 'tls-alpn-01'", "Challenge", "only http-01 is")]
    [InlineData("'Challenge': 'dns-01'", "Challenge", "only http-01 is")]
    [InlineData("'KeyType': 'P521'", "KeyType", "P256, P384, RSA2048, RSA3072, RSA4096")]
    [InlineData("'KeyType': '1'", "KeyType", "P256, P384")]
    [InlineData("'Staging': 'yes'", "Staging", "must be true or false")]
    [InlineData("'Staging': true, 'DirectoryUrl': 'https://ca.example.org/dir'", "Staging", "remove one of the two")]
    [InlineData("'DirectoryUrl': 'http://ca.example.org/dir'", "DirectoryUrl", "must start with https://")]
    [InlineData("'DirectoryUrl': 'ca.example.org'", "DirectoryUrl", "must start with https://")]
    [InlineData("'Email': 'ops'", "Email", "is not an e-mail address")]
    [InlineData("'Email': 'mailto:ops@example.org'", "Email", "is not an e-mail address")]
    [InlineData("'Email': 'Ops <ops@example.org>'", "Email", "is not an e-mail address")]
    [InlineData("'Email': 'a@example.org,b@example.org'", "Email", "is not an e-mail address")]
    [InlineData("'ExternalAccount': { 'KeyId': 'kid' }", "ExternalAccount", "needs both")]
    [InlineData("'ExternalAccount': { 'HmacKey': 'c2VjcmV0' }", "ExternalAccount", "needs both")]
    [InlineData("'ExternalAccount': { 'KeyId': 'kid', 'HmacKey': 'not,base64url' }", "ExternalAccount:HmacKey", "is not base64url")]
    [InlineData("'ExternalAccount': { 'KeyId': 'kid', 'HmacKey': '==' }", "ExternalAccount:HmacKey", "is not base64url")]
    public void Rejects(string keys, string path, string sentence)
    {
        var result = ConfigText.ParseAcme($"{{ 'AcceptTermsOfService': true, {keys} }}");

        ConfigText.Reject(result, $"Acme:{path}", sentence);
        Assert.DoesNotContain("not,base64url", result.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-_8A")]
    [InlineData("+/8A==")]
    public void AnHmacKeyMayBeInEitherAlphabet(string key)
    {
        var config = ConfigText.Accept(
            ConfigText.ParseAcme($"{{ 'AcceptTermsOfService': true, 'ExternalAccount': {{ 'KeyId': 'kid', 'HmacKey': '{key}' }} }}"));

        var source = Assert.IsType<CertificateSource.Acme>(config.Sites[0].Names[0].Certificate);
        Assert.Equal(new ExternalAccount("kid", "-_8A"), source.Authority.ExternalAccount);
    }
}
