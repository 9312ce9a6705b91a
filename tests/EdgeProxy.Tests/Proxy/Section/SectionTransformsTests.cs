using System.Collections.Concurrent;
using EdgeProxy.Sites;

namespace EdgeProxy.Tests.Proxy.Section;

public sealed class SectionTransformsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("X-Forwarded", "Off")]
    [InlineData("X-Forwarded", "Set")]
    [InlineData("Forwarded", "for,host")]
    [InlineData("RequestHeadersCopy", "false")]
    [InlineData("RequestHeaderRemove", "X-Other")]
    public async Task EveryRouteLeavesTheMarkByWhichALoopIsKnown(string transform, string value)
    {
        var (received, _) = await ExchangeAsync((transform, value), "");
        Assert.Equal(LoopMark.Token, received.GetValueOrDefault(LoopMark.Header));
    }

    [Theory]
    [InlineData("X-Forwarded-For", true)]
    [InlineData("X-Forwarded-Prefix", true)]
    [InlineData("X-Forwarded-Port", true)]
    [InlineData("X-Real-IP", true)]
    [InlineData("Forwarded", true)]
    [InlineData("X_Forwarded_For", false)]
    [InlineData("X-Original-URL", false)]
    [InlineData("X-Original_URL", false)]
    [InlineData("X-Client-IP", false)]
    [InlineData("Proxy", false)]
    public async Task ARouteWithForwardedHeadersOfItsOwnDecidesAboutThoseAndNoOthers(string header, bool passes)
    {
        var (received, _) = await ExchangeAsync(("X-Forwarded", "Off"), $"{header}: 6.6.6.6\r\n");
        Assert.Equal(passes, received.ContainsKey(header));
    }

    [Fact]
    public async Task ARouteThatCopiesNoHeadersOfARequestGetsNone()
    {
        var (received, _) = await ExchangeAsync(
            ("RequestHeadersCopy", "false"), "Upgrade-Insecure-Requests: 1\r\nALPN: 1\r\nX-Other: 1\r\n");
        Assert.Equal([], received.Keys.Intersect(["Upgrade-Insecure-Requests", "ALPN", "X-Other"]));
    }

    [Fact]
    public async Task ARouteThatCopiesNoHeadersOfAResponseGetsNone()
    {
        var (_, answer) = await ExchangeAsync(("ResponseHeadersCopy", "false"), "");
        Assert.Equal([], answer.Keys.Intersect(["Alt-Svc", "X-Other"]));
    }

    private static async Task<(Dictionary<string, string> Received, Dictionary<string, string> Answer)> ExchangeAsync(
        (string Key, string Value) transform, string lines)
    {
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawServer.Start(async connection =>
        {
            heads.Enqueue(await connection.ReadHeadAsync());
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nAlt-Svc: clear\r\nX-Other: 1\r\nConnection: close\r\n\r\n");
        });
        await using var edge = await TestEdge.StartAsync(
            TestEdge.Target(RawServer.Refusing()), section: Sections.Route(upstream.Address, transform));
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: site.test\r\n{lines}\r\n");
        var answer = await client.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        return (Heads.Parse(Assert.Single(heads)), Heads.Parse(answer));
    }
}
