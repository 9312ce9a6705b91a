using System.Net;
using EdgeProxy.Sites;

namespace EdgeProxy.Tests.Sites;

public sealed class PlainAddressTests
{
    [Theory]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1")]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("::1", "::1")]
    public void IsIPv4WhereASocketForBothShowsItMapped(string shown, string expected) =>
        Assert.Equal(IPAddress.Parse(expected), PlainAddress.Of(IPAddress.Parse(shown)));

    [Fact]
    public void IsNoneWithoutAConnection() => Assert.Equal(IPAddress.None, PlainAddress.Of(null));
}
