namespace EdgeProxy.Tests.Configuration.Parsing;

public class SiteParserTests
{
    [Theory]
    [InlineData("'HttpsRedirect': 'yes'", "HttpsRedirect", "must be true or false")]
    [InlineData("'RedirectStatusCode': 303", "RedirectStatusCode", "301, 302, 307, 308")]
    [InlineData("'MaxRequestBodySize': '30MB'", "MaxRequestBodySize", "30000000 for 30 MB")]
    [InlineData("'MaxRequestBodySize': -1", "MaxRequestBodySize", "0 for no limit")]
    [InlineData("'Aliases': 'www.example.org'", "Aliases", "must be a list")]
    [InlineData("'Aliases': [ 'https://www.example.org' ]", "Aliases:0", "without scheme")]
    [InlineData("'Aliases': [ 'EXAMPLE.org.' ]", "Aliases:0", "example.org is already the name of a site (EdgeProxy:Domains:example.org)")]
    [InlineData(
        "'Aliases': [ 'www.example.org', 'www.example.org' ]",
        "Aliases:1",
        "already the name of a site (EdgeProxy:Domains:example.org:Aliases:0)")]
    [InlineData("'443': {}", "443", "is not a known key")]
    public void Rejects(string keys, string path, string sentence) =>
        ConfigText.Reject(ConfigText.ParseSite($"{{ 'Upstream': 'http://api:8071', {keys} }}"), $"Domains:example.org:{path}", sentence);

    [Fact]
    public void ANameBelongsToOneSiteOnly() => ConfigText.Reject(
        ConfigText.Parse("""
            { 'Domains': { 'a.localhost': { 'Upstream': 'demo' }, 'b.localhost': { 'Upstream': 'demo', 'Aliases': [ 'A.localhost' ] } } }
            """),
        "Domains:b.localhost:Aliases:0",
        "a.localhost is already the name of a site (EdgeProxy:Domains:a.localhost)");

    [Theory]
    [InlineData("https://example.org", "leads back to this site")]
    [InlineData("http://www.example.org/there", "leads back to this site")]
    [InlineData("https://example.org:8443", null)]
    [InlineData("https://example.com", null)]
    public void ARedirectMustLeadElsewhere(string location, string? sentence)
    {
        var result = ConfigText.ParseSite($"{{ 'RedirectTo': '{location}', 'Aliases': [ 'www.example.org' ] }}");

        if (sentence is null)
            ConfigText.Accept(result);
        else
            ConfigText.Reject(result, "Domains:example.org:RedirectTo", sentence);
    }

    [Fact]
    public void ASiteIsAnObject() => Assert.Contains(
        "EdgeProxy:Domains:example.org: must be an object { ... }, not a single value.",
        ConfigText.ParseSite("'http://api:8071'").Errors.Select(error => error.ToString()));

    [Fact]
    public void AnIPv6AddressIsAnAlias() => Assert.Equal(
        ["localhost", "::1"],
        ConfigText.Accept(ConfigText.ParseSite("{ 'Upstream': 'demo', 'Aliases': [ '[0:0::1]' ] }", "localhost"))
            .Sites[0].Names.Select(name => name.Name));
}
