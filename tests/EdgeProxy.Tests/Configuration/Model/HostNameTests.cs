using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Tests.Configuration.Model;

public class HostNameTests
{
    [Theory]
    [InlineData("example.org", 443, "https://example.org")]
    [InlineData("example.org", 8443, "https://example.org:8443")]
    [InlineData("127.0.0.1", 443, "https://127.0.0.1")]
    [InlineData("::1", 443, "https://[::1]")]
    [InlineData("2001:db8::1", 80, "https://[2001:db8::1]:80")]
    public void BeginsAUrl(string name, int port, string origin) => Assert.Equal(origin, HostName.HttpsOrigin(name, port));

    [Theory]
    [InlineData("Example.ORG", "example.org")]
    [InlineData("example.org.", "example.org")]
    [InlineData("localhost", "localhost")]
    [InlineData("*.example.org", "*.example.org")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("BÜCHER.example", "xn--bcher-kva.example")]
    [InlineData("192.168.0.1", "192.168.0.1")]
    [InlineData("[2001:DB8:0:0::1]", "2001:db8::1")]
    [InlineData("::1", "::1")]
    [InlineData("1.2.3.example", "1.2.3.example")]
    public void Accepts(string text, string name)
    {
        Assert.True(HostName.TryParse(text, out var parsed));
        Assert.Equal(name, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("*")]
    [InlineData("*.")]
    [InlineData("a.*.org")]
    [InlineData("*.*.org")]
    [InlineData("*a.example.org")]
    [InlineData("a..org")]
    [InlineData("example.org..")]
    [InlineData("-a.org")]
    [InlineData("a_b.org")]
    [InlineData("a b.org")]
    [InlineData("example.org:443")]
    [InlineData("http://example.org")]
    [InlineData("example.org/path")]
    [InlineData("[example.org]")]
    [InlineData("999.1.1.1")]
    [InlineData("127.1")]
    [InlineData("80")]
    [InlineData("*.127.0.0.1")]
    [InlineData("fe80::1%eth0")]
    [InlineData("abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcd.org")]
    public void Rejects(string text) => Assert.False(HostName.TryParse(text, out _));

    [Theory]
    [InlineData("example.org", "example.org")]
    [InlineData("EXAMPLE.org:8443", "example.org")]
    [InlineData("example.org.", "example.org")]
    [InlineData("example.org.:443", "example.org")]
    [InlineData("[2001:DB8::1]:443", "2001:db8::1")]
    [InlineData("192.168.0.1:80", "192.168.0.1")]
    [InlineData("", "")]
    [InlineData("[", "[")]
    public void BringsWhatClientsSendIntoTheSameForm(string host, string name) => Assert.Equal(name, HostName.FromWire(host));
}
