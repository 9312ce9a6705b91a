using System.Net;

namespace EdgeProxy.Acme.Tests.Transport;

public sealed class AcmeIdentifierTests
{
    [Theory]
    [InlineData("example.org", "dns", "example.org")]
    [InlineData("Example.ORG.", "dns", "example.org")]
    [InlineData("*.example.org", "dns", "*.example.org")]
    [InlineData("bücher.example", "dns", "xn--bcher-kva.example")]
    [InlineData("BÜCHER.Example", "dns", "xn--bcher-kva.example")]
    [InlineData("*.BÜCHER.example.", "dns", "*.xn--bcher-kva.example")]
    [InlineData("XN--BCHER-KVA.example", "dns", "xn--bcher-kva.example")]
    [InlineData("192.0.2.7", "ip", "192.0.2.7")]
    [InlineData("2001:DB8::0:1", "ip", "2001:db8::1")]
    [InlineData("[2001:db8::1]", "ip", "2001:db8::1")]
    public void AcceptsHostsAsPeopleWriteThem(string host, string type, string value)
    {
        Assert.Equal(new AcmeIdentifier(type, value), AcmeIdentifier.Parse(host));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData("example.org:80")]
    [InlineData("example.org/path")]
    [InlineData("https://example.org")]
    [InlineData("exa mple.org")]
    [InlineData("a.*.example.org")]
    public void RejectsWhatIsNoHost(string host)
    {
        Assert.Throws<FormatException>(() => AcmeIdentifier.Parse(host));
    }

    [Fact]
    public void DoesNotTakeANumberForAnAddress()
    {
        Assert.Equal("dns", AcmeIdentifier.Parse("1").Type);
    }

    [Fact]
    public void ComparesNamesInAnyCase()
    {
        Assert.Equal(AcmeIdentifier.Dns("example.org"), AcmeIdentifier.Dns("Example.Org"));
        Assert.NotEqual(AcmeIdentifier.Dns("192.0.2.7"), AcmeIdentifier.Ip(IPAddress.Parse("192.0.2.7")));
    }
}
