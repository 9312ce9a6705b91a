using System.Net;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Tests.Configuration.Parsing;

public class ListenerParserTests
{
    [Theory]
    [InlineData("'HttpPort': 0", "HttpPort", "from 1 to 65535")]
    [InlineData("'HttpPort': 65536", "HttpPort", "from 1 to 65535")]
    [InlineData("'HttpPort': -1", "HttpPort", "from 1 to 65535")]
    [InlineData("'HttpPort': true", "HttpPort", "\"True\" must be a whole number")]
    [InlineData("'HttpPort': '80 '", null, null)]
    [InlineData("'HttpPort': 443", "HttpsPort", "443 is HttpPort's too")]
    [InlineData("'PublicHttpsPort': 0", "PublicHttpsPort", "from 1 to 65535")]
    [InlineData("'BindAddress': 'localhost'", "BindAddress", "is not an IP address")]
    [InlineData("'BindAddress': '80'", "BindAddress", "is not an IP address")]
    [InlineData("'BindAddress': '::'", null, null)]
    [InlineData("'Admin': { 'Port': 80 }", "Admin:Port", "80 is HttpPort's too")]
    [InlineData("'Admin': { 'Port': 443 }", "Admin:Port", "443 is HttpsPort's too")]
    [InlineData("'Admin': { 'Port': 443 }, 'BindAddress': '10.0.0.1'", null, null)]
    [InlineData("'Admin': { 'Port': 443, 'BindAddress': '0.0.0.0' }, 'BindAddress': '10.0.0.1'", "Admin:Port", "443 is HttpsPort's too")]
    [InlineData("'Admin': { 'Port': 70000 }", "Admin:Port", "from 0 to 65535")]
    [InlineData("'Admin': { 'BindAddress': 'eth0' }", "Admin:BindAddress", "is not an IP address")]
    public void AcceptsAndRejects(string keys, string? path, string? sentence)
    {
        var result = Parse(keys);

        if (path is null)
            ConfigText.Accept(result);
        else
            ConfigText.Reject(result, path, sentence!);
    }

    [Fact]
    public void PublicHttpsPortIsHttpsPortUnlessWritten() =>
        Assert.Equal(8443, Accept("'HttpsPort': 8443").PublicHttpsPort);

    [Fact]
    public void AdminPortZeroSwitchesItOff() => Assert.Null(Accept("'Admin': { 'Port': 0 }").Admin);

    [Fact]
    public void AdminListensOnIPv6Too() =>
        Assert.Equal(IPAddress.IPv6Loopback, Accept("'Admin': { 'BindAddress': '[::1]' }").Admin?.BindAddress);

    private static ListenerConfig Accept(string keys) => ConfigText.Accept(Parse(keys)).Listeners;

    private static ConfigResult<EdgeConfig> Parse(string keys) =>
        ConfigText.Parse($"{{ {keys}, 'Domains': {{ 'localhost': {{ 'Upstream': 'demo' }} }} }}");
}
