using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Tests.Configuration.Reading;

public class HostNameParserTests
{
    [Theory]
    [InlineData("https://example.org", "without scheme")]
    [InlineData("example.org:443", "without the port")]
    [InlineData("example.org/api", "without a path")]
    [InlineData("www.*.org", "a wildcard stands for the whole first label")]
    [InlineData("*", "a wildcard stands for the whole first label")]
    [InlineData("my_site.example.org", "no underscore")]
    [InlineData("192.168.1", "is an IP address, and this is not a complete one")]
    [InlineData("example .org", "letters, digits and hyphens")]
    public void SaysWhatIsWrong(string text, string sentence)
    {
        var message = Assert.Throws<FormatException>(() => HostNameParser.Parse(text)).Message;

        Assert.Contains(sentence, message, StringComparison.Ordinal);
        Assert.StartsWith($"\"{text}\" is not a host name: ", message, StringComparison.Ordinal);
    }
}
