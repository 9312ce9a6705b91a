using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Tests.Configuration.Reading;

public class UpstreamParserTests
{
    [Theory]
    [InlineData("http://api:8071", "http://api:8071/", false)]
    [InlineData("https://10.0.0.7/base/", "https://10.0.0.7/base/", false)]
    [InlineData("http://[::1]:5000", "http://[::1]:5000/", false)]
    [InlineData("http://my_container", "http://my_container/", false)]
    [InlineData("h2c://grpc:50051", "http://grpc:50051/", true)]
    [InlineData("H2C://grpc:50051/prefix", "http://grpc:50051/prefix", true)]
    public void Accepts(string text, string address, bool http2Only) =>
        Assert.Equal(new Upstream.Server(new Uri(address), http2Only), UpstreamParser.Parse(text));

    [Fact]
    public void AcceptsTheEmbeddedOne() => Assert.IsType<Upstream.Demo>(UpstreamParser.Parse("Demo"));

    [Theory]
    [InlineData("api:8071", "write the scheme too, such as http://api:8071")]
    [InlineData("//api:8071", "such as http://api:8071")]
    [InlineData("/run/api.sock", "is not a complete URL")]
    [InlineData("ftp://api", "must start with http:// or https://")]
    [InlineData("ws://api", "WebSockets pass through either")]
    [InlineData("http://", "is not a URL")]
    [InlineData("http://a b", "is not a URL")]
    [InlineData("http://api:99999", "is not a URL")]
    [InlineData("http://api:0", "has port 0")]
    [InlineData("http://api?", "must not have a query")]
    [InlineData("http://api/#x", "must not have a fragment")]
    [InlineData("http://user:secret@api", "must not have a user name or password")]
    public void Rejects(string text, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<FormatException>(() => UpstreamParser.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("http://user:secret@api")]
    [InlineData("user:secret@api")]
    [InlineData("http://user:secret@a b")]
    [InlineData("ftp://user:secret@api?x#y")]
    public void NeverRepeatsAPassword(string text) =>
        Assert.DoesNotContain("secret", Assert.Throws<FormatException>(() => UpstreamParser.Parse(text)).Message, StringComparison.Ordinal);
}
