using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Tests.Configuration.Parsing;

public class SiteTargetParserTests
{
    [Theory]
    [InlineData("", "Upstream", "is missing: write the address to forward to")]
    [InlineData("'Upstream': ''", "Upstream", "is missing")]
    [InlineData("'Upstreams': []", "Upstream", "is missing")]
    [InlineData("'Upstream': 'http://a', 'Upstreams': [ 'http://b' ]", "Upstreams", "keep Upstreams for several addresses")]
    [InlineData("'Upstreams': 'http://b'", "Upstreams", "must be a list")]
    [InlineData("'Upstream': [ 'http://b' ]", "Upstream", "must be a single value")]
    [InlineData("'Upstreams': [ 'http://a', 'b' ]", "Upstreams:1", "is not a complete URL")]
    [InlineData("'RedirectTo': 'https://example.com', 'Upstream': 'http://a'", "Upstream", "has no effect beside RedirectTo")]
    [InlineData("'RedirectTo': 'https://example.com', 'RequestBuffering': true", "RequestBuffering", "has no effect beside RedirectTo")]
    [InlineData("'Upstream': 'demo', 'RequestBuffering': 1", "RequestBuffering", "must be true or false")]
    [InlineData("'RedirectTo': 'https://example.com', 'Timeout': '00:00:10'", "Timeout", "has no effect beside RedirectTo")]
    [InlineData("'RedirectTo': 'https://example.com?a=b'", "RedirectTo", "must not have a query")]
    [InlineData("'RedirectTo': 'example.com'", "RedirectTo", "write the scheme too")]
    [InlineData("'Upstream': 'demo', 'Timeout': '00:00:00'", "Timeout", "must be longer than zero")]
    [InlineData("'Upstream': 'demo', 'ConnectTimeout': '10s'", "ConnectTimeout", "is not a duration")]
    public void Rejects(string keys, string path, string sentence) =>
        ConfigText.Reject(ConfigText.ParseSite($"{{ {keys} }}"), $"Domains:example.org:{path}", sentence);

    [Fact]
    public void RedirectsInsteadOfForwarding() => Assert.Equal(
        new SiteTarget.Redirect(new Uri("https://example.com/base")),
        ConfigText.Accept(ConfigText.ParseSite("{ 'RedirectTo': 'https://example.com/base' }")).Sites[0].Target);
}
