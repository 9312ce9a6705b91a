using System.Net;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Sites;

namespace EdgeProxy.Tests.Sites;

public sealed class ClientAddressTests
{
    private static readonly ValueList<IPNetwork> Trusted = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")];
    private static readonly IPAddress Peer = IPAddress.Parse("10.0.0.1");

    [Theory]
    [InlineData("", "10.0.0.1")]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("1.1.1.1, 203.0.113.9", "203.0.113.9")]
    [InlineData("1.1.1.1,203.0.113.9 , 10.1.2.3", "203.0.113.9")]
    [InlineData("1.1.1.1|203.0.113.9|10.1.2.3", "203.0.113.9")]
    [InlineData("10.9.9.9, 10.1.2.3", "10.9.9.9")]
    [InlineData("203.0.113.9, unknown, 10.1.2.3", "10.1.2.3")]
    [InlineData("203.0.113.9,", "10.0.0.1")]
    [InlineData("203.0.113.9, 127.1", "10.0.0.1")]
    [InlineData("203.0.113.9, 7", "10.0.0.1")]
    [InlineData("203.0.113.9:4711", "203.0.113.9")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("[2001:db8::7]:443", "2001:db8::7")]
    [InlineData("203.0.113.9, fd00::1", "203.0.113.9")]
    [InlineData("::ffff:203.0.113.9", "203.0.113.9")]
    [InlineData("203.0.113.9, ::ffff:10.0.0.2", "203.0.113.9")]
    public void FindsTheNearestAddressThatIsNotTrusted(string lines, string expected) =>
        Assert.Equal(IPAddress.Parse(expected), ClientAddress.Find(Trusted, Peer, lines.Split('|')));

    [Fact]
    public void SeesAMappedAddressAsIPv4() =>
        Assert.True(ClientAddress.IsTrusted(Trusted, PlainAddress.Of(IPAddress.Parse("::ffff:10.0.0.1"))));
}
