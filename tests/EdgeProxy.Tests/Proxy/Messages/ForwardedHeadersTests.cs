using System.Collections.Concurrent;

namespace EdgeProxy.Tests.Proxy.Messages;

public sealed class ForwardedHeadersTests
{
    private const string Forged =
        "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 7.7.7.7\r\nX-Real-IP: 6.6.6.6\r\nX-Forwarded-Host: evil.test\r\n"
        + "X-Forwarded-Proto: gopher\r\nX-Forwarded-Port: 1\r\nForwarded: for=6.6.6.6\r\n";

    [Fact]
    public async Task TellTheUpstreamWhoAskedAndHow()
    {
        var (headers, edgePort) = await ReceivedAsync("");
        Assert.Equal("127.0.0.1", headers["X-Forwarded-For"]);
        Assert.Equal("127.0.0.1", headers["X-Real-IP"]);
        Assert.Equal("Site.test:99", headers["X-Forwarded-Host"]);
        Assert.Equal("http", headers["X-Forwarded-Proto"]);
        Assert.Equal($"{edgePort}", headers["X-Forwarded-Port"]);
    }

    [Fact]
    public async Task NameThePublicPortOfHttps()
    {
        var (headers, _) = await ReceivedAsync("", scheme: "https");
        Assert.Equal("https", headers["X-Forwarded-Proto"]);
        Assert.Equal("8443", headers["X-Forwarded-Port"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReplaceWhatAClientSends(bool onASectionRoute)
    {
        var (headers, _) = await ReceivedAsync(Forged, onASectionRoute: onASectionRoute);
        Assert.Equal("127.0.0.1", headers["X-Forwarded-For"]);
        Assert.Equal("127.0.0.1", headers["X-Real-IP"]);
        Assert.Equal("Site.test:99", headers["X-Forwarded-Host"]);
        Assert.Equal("http", headers["X-Forwarded-Proto"]);
        Assert.DoesNotContain("Forwarded", headers.Keys);
    }

    [Fact]
    public async Task KeepWhatATrustedProxySends()
    {
        var (headers, _) = await ReceivedAsync(Forged, "127.0.0.0/8");
        Assert.Equal("6.6.6.6,7.7.7.7, 127.0.0.1", headers["X-Forwarded-For"]);
        Assert.Equal("evil.test", headers["X-Forwarded-Host"]);
        Assert.Equal("gopher", headers["X-Forwarded-Proto"]);
        Assert.Equal("1", headers["X-Forwarded-Port"]);
        Assert.Equal("for=6.6.6.6", headers["Forwarded"]);
    }

    [Theory]
    [InlineData("X_Forwarded_For: 6.6.6.6")]
    [InlineData("X-Forwarded_For: 6.6.6.6")]
    [InlineData("x_real_ip: 6.6.6.6")]
    [InlineData("x-forwarded-for: 6.6.6.6")]
    [InlineData("X-Forwarded-Prefix: 6.6.6.6")]
    [InlineData("X_Forwarded_Prefix: 6.6.6.6")]
    [InlineData("X-Forwarded-Scheme: 6.6.6.6")]
    [InlineData("X-Original-URL: 6.6.6.6")]
    [InlineData("X-Rewrite-URL: 6.6.6.6")]
    [InlineData("X-Client-IP: 6.6.6.6")]
    [InlineData("True-Client-IP: 6.6.6.6")]
    [InlineData("Proxy: 6.6.6.6")]
    public async Task CannotBeForgedInAnotherSpelling(string line)
    {
        var (headers, _) = await ReceivedAsync(line + "\r\n");
        Assert.DoesNotContain("6.6.6.6", headers.Values);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CannotBeTakenAwayByNamingThemInConnection(bool onASectionRoute)
    {
        var (headers, _) = await ReceivedAsync("Connection: X-Forwarded-For, X-Real-IP, Host\r\n", onASectionRoute: onASectionRoute);
        Assert.Equal("127.0.0.1", headers["X-Forwarded-For"]);
        Assert.Equal("127.0.0.1", headers["X-Real-IP"]);
    }

    [Fact]
    public async Task LeaveARouteItsOwn()
    {
        var (headers, _) = await ReceivedAsync(Forged, onASectionRoute: true, transform: ("X-Forwarded", "Off"));
        Assert.Equal("gopher", headers["X-Forwarded-Proto"]);
    }

    private static async Task<(Dictionary<string, string> Headers, int EdgePort)> ReceivedAsync(
        string lines,
        string? trusted = null,
        bool onASectionRoute = false,
        (string Key, string Value)? transform = null,
        string scheme = "http")
    {
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawServer.Recording(heads);
        await using var edge = await TestEdge.StartAsync(
            onASectionRoute ? TestEdge.Target(RawServer.Refusing()) : TestEdge.Target(upstream.Address),
            trustedProxies: trusted is null ? [] : [trusted],
            scheme: scheme,
            section: onASectionRoute ? Sections.Route(upstream.Address, transform) : null);
        using var client = await RawConnection.OpenAsync(edge.Port, TestContext.Current.CancellationToken);
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: Site.test:99\r\n{lines}\r\n");
        Assert.StartsWith("HTTP/1.1 200", await client.ReadHeadAsync(), StringComparison.Ordinal);
        return (Heads.Parse(heads.Single()), edge.Port);
    }
}
