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
    [InlineData("'Upstream': 'http://localhost'", "Upstream", "\"http://localhost\" is this proxy itself")]
    [InlineData("'RedirectTo': 'https://example.com', 'Timeout': '00:00:10'", "Timeout", "has no effect beside RedirectTo")]
    [InlineData("'RedirectTo': 'https://example.com?a=b'", "RedirectTo", "must not have a query")]
    [InlineData("'RedirectTo': 'example.com'", "RedirectTo", "write the scheme too")]
    [InlineData("'Upstream': 'demo', 'Timeout': '00:00:00'", "Timeout", "must be longer than zero")]
    [InlineData("'Upstream': 'demo', 'ConnectTimeout': '10s'", "ConnectTimeout", "is not a duration")]
    public void Rejects(string keys, string path, string sentence) =>
        ConfigText.Reject(ConfigText.ParseSite($"{{ {keys} }}"), $"Domains:example.org:{path}", sentence);

    [Theory]
    [InlineData("", "http://127.0.0.1", true)]
    [InlineData("", "http://127.9.9.9:80/path", true)]
    [InlineData("", "https://localhost", true)]
    [InlineData("", "http://www.localhost.:443", true)]
    [InlineData("", "h2c://[::1]", true)]
    [InlineData("", "http://[::ffff:127.0.0.1]", true)]
    [InlineData("", "http://0.0.0.0", true)]
    [InlineData("", "http://localhost:8071", false)]
    [InlineData("", "http://localhost:9180", false)]
    [InlineData("", "http://10.0.0.1", false)]
    [InlineData("", "http://example.org", false)]
    [InlineData("'HttpPort': 8080, ", "http://127.0.0.1:8080", true)]
    [InlineData("'HttpPort': 8080, ", "http://127.0.0.1", false)]
    [InlineData("'HttpsPort': 8443, ", "https://localhost:8443", true)]
    [InlineData("'BindAddress': '10.0.0.1', ", "http://127.0.0.1", false)]
    [InlineData("'BindAddress': '10.0.0.1', ", "http://10.0.0.1", true)]
    [InlineData("'BindAddress': '127.0.0.1', ", "http://127.0.0.1", true)]
    [InlineData("'BindAddress': '127.0.0.1', ", "http://127.0.0.2", false)]
    [InlineData("'BindAddress': '0.0.0.0', ", "http://127.0.0.2", true)]
    [InlineData("'BindAddress': '0.0.0.0', ", "http://[::1]", false)]
    [InlineData("'BindAddress': '::', ", "http://127.0.0.1", true)]
    public void AnUpstreamIsNotThisProxyItself(string keys, string upstream, bool isItself)
    {
        var result = ConfigText.Parse($"{{ {keys}'Domains': {{ 'a.internal': {{ 'Upstreams': [ 'http://api:8071', '{upstream}' ] }} }} }}");

        if (isItself)
            ConfigText.Reject(result, "Domains:a.internal:Upstreams:1", "is this proxy itself, so requests would go round in circles");
        else
            ConfigText.Accept(result);
    }

    [Fact]
    public void RedirectsInsteadOfForwarding() => Assert.Equal(
        new SiteTarget.Redirect(new Uri("https://example.com/base")),
        ConfigText.Accept(ConfigText.ParseSite("{ 'RedirectTo': 'https://example.com/base' }")).Sites[0].Target);
}
