using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Tests.Configuration.Parsing;

public class AcmeConfigParserTests
{
    [Theory]
    [InlineData("{}", "acme-v02.api.letsencrypt.org")]
    [InlineData("{ 'AcceptTermsOfService': false, 'Staging': true }", "acme-staging-v02.api.letsencrypt.org")]
    [InlineData("{ 'DirectoryUrl': 'https://ca.example.org/dir' }", "ca.example.org")]
    [InlineData("{ 'DirectoryUrl': 'https://8.8.8.8/dir' }", "8.8.8.8")]
    public void TheTermsOfAPublicCaHaveToBeAccepted(string acme, string ca) =>
        ConfigText.Reject(
            ConfigText.ParseAcme(acme), "Acme:AcceptTermsOfService", $"must be true: {ca} issues certificates only to those who agree");

    [Theory]
    [InlineData("https://localhost:14000/dir")]
    [InlineData("https://127.0.0.1:14000/dir")]
    [InlineData("https://[::1]:14000/dir")]
    [InlineData("https://10.1.2.3/dir")]
    [InlineData("https://ca.internal/dir")]
    [InlineData("https://step.local/dir")]
    [InlineData("https://pebble:14000/dir")]
    public void ThoseOfAPrivateCaNeedNot(string directory) =>
        ConfigText.Accept(ConfigText.ParseAcme($"{{ 'DirectoryUrl': '{directory}' }}"));

    [Fact]
    public void NobodyNeedsTermsWithoutASiteThatUsesACa() =>
        ConfigText.Accept(ConfigText.Parse("{ 'Domains': { 'localhost': { 'Upstream': 'demo' } } }"));

    [Fact]
    public void ASiteOverridesKeyByKey()
    {
        var general = """
            'AcceptTermsOfService': true, 'Email': 'ops@example.org', 'KeyType': 'P384', 'Profile': 'classic',
            'ExternalAccount': { 'KeyId': 'kid', 'HmacKey': 'c2VjcmV0==' }
            """;
        var authority = Authority(general, "'Email': 'dev@example.org', 'KeyType': 'RSA4096'");

        Assert.Equal(new AcmeConfig
        {
            DirectoryUrl = new Uri("https://acme-v02.api.letsencrypt.org/directory"),
            AcceptTermsOfService = true,
            Email = "dev@example.org",
            KeyType = CertificateKeyType.RSA4096,
            Profile = "classic",
            ExternalAccount = new ExternalAccount("kid", "c2VjcmV0"),
        }, authority);
    }

    [Theory]
    [InlineData("'Staging': true", "'DirectoryUrl': 'https://ca.example.org/dir'", "ca.example.org")]
    [InlineData("'DirectoryUrl': 'https://ca.example.org/dir'", "'Staging': true", "acme-staging-v02.api.letsencrypt.org")]
    [InlineData("'DirectoryUrl': 'https://ca.example.org/dir'", "'Staging': false", "ca.example.org")]
    [InlineData("'Staging': true", "'Staging': false", "acme-v02.api.letsencrypt.org")]
    [InlineData("'Staging': true", "'Profile': 'classic'", "acme-staging-v02.api.letsencrypt.org")]
    public void ASiteChoosesItsOwnCa(string general, string site, string host) =>
        Assert.Equal(host, Authority($"'AcceptTermsOfService': true, {general}", site).DirectoryUrl.Host);

    [Fact]
    public void AnAccountBoundAtOneCaIsNotShownToAnother() => Assert.Null(Authority(
        "'AcceptTermsOfService': true, 'ExternalAccount': { 'KeyId': 'kid', 'HmacKey': 'c2VjcmV0' }",
        "'DirectoryUrl': 'https://ca.example.org/dir'").ExternalAccount);

    [Fact]
    public void TermsAreMissedWhereTheCaIsChosen()
    {
        var result = ConfigText.Parse("""
            {
              'Acme': { 'DirectoryUrl': 'https://ca.internal/dir' },
              'Domains': { 'example.org': { 'Upstream': 'demo', 'Aliases': [ 'www.example.org' ], 'Acme': { 'Staging': true } } }
            }
            """);

        ConfigText.Reject(result, "Domains:example.org:Acme:AcceptTermsOfService", "must be true");
    }

    [Theory]
    [InlineData("/etc/roots.pem", "/etc/roots.pem")]
    [InlineData("roots.pem", "/srv/edge/roots.pem")]
    public void TrustedRootsAreKeptByFullPath(string written, string path) =>
        Assert.Equal(path, Authority($"'DirectoryUrl': 'https://localhost/dir', 'TrustedRoots': '{written}'", "").TrustedRoots);

    [Fact]
    public void TheKeyOfAnExternalAccountIsNotPrinted() =>
        Assert.DoesNotContain(
            "c2VjcmV0",
            Authority("'AcceptTermsOfService': true, 'ExternalAccount': { 'KeyId': 'kid', 'HmacKey': 'c2VjcmV0' }", "").ToString(),
            StringComparison.Ordinal);

    private static AcmeConfig Authority(string general, string site)
    {
        var config = ConfigText.Accept(ConfigText.Parse(
            $"{{ 'Acme': {{ {general} }}, 'Domains': {{ 'example.org': {{ 'Upstream': 'demo', 'Acme': {{ {site} }} }} }} }}"));
        return Assert.IsType<CertificateSource.Acme>(config.Sites[0].Names[0].Certificate).Authority;
    }
}
