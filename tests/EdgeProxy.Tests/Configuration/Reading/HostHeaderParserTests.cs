using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Tests.Configuration.Reading;

public class HostHeaderParserTests
{
    [Fact]
    public void AcceptsThreeWordsAndAnyHost()
    {
        Assert.IsType<HostHeader.Preserve>(HostHeaderParser.Parse("preserve"));
        Assert.IsType<HostHeader.PreserveWithPort>(HostHeaderParser.Parse("PreserveWithPort"));
        Assert.IsType<HostHeader.FromUpstream>(HostHeaderParser.Parse("Upstream"));
        Assert.Equal(new HostHeader.Literal("api.internal:8080"), HostHeaderParser.Parse("api.internal:8080"));
        Assert.Equal(new HostHeader.Literal("[::1]:80"), HostHeaderParser.Parse("[::1]:80"));
        Assert.Equal(new HostHeader.Literal("upstream1"), HostHeaderParser.Parse("upstream1"));
    }

    [Theory]
    [InlineData("Preserv", "did you mean \"Preserve\"?")]
    [InlineData("https://api", "or a host such as")]
    [InlineData("a b", "or a host such as")]
    [InlineData("a\r\nX: y", "or a host such as")]
    [InlineData("a\n", "or a host such as")]
    public void Rejects(string text, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<FormatException>(() => HostHeaderParser.Parse(text)).Message, StringComparison.Ordinal);
}
