using System.Collections.Concurrent;
using EdgeProxy.Proxy.Messages;
using EdgeProxy.Proxy.Section;

namespace EdgeProxy.Tests.Proxy.Messages;

public sealed class MessagePolicyTests
{
    private static readonly string[] StayInRequests =
    [
        "Keep-Alive", "TE", "HTTP2-Settings", "Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate", "Proxy-Authentication-Info",
        "Expect", "Proxy",
    ];

    private static readonly string[] StayInResponses =
    [
        "Keep-Alive", "TE", "HTTP2-Settings", "Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate",
        "Proxy-Authentication-Info",
    ];

    // These frame the message itself and have tests of their own.
    private static readonly string[] OfTheConnection = ["Connection", "Transfer-Encoding", "Upgrade"];

    private static readonly string[] Pass =
        ["Alt-Svc", "Upgrade-Insecure-Requests", "ALPN", "Close", "Proxy-Features", "Proxy-Instruction", "Security-Scheme", "X-Other"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void TheListsAreThese()
    {
        Assert.Equal(StayInRequests.Concat(OfTheConnection).Order(), MessagePolicy.RequestHeadersThatStay.Order());
        Assert.Equal(StayInResponses.Concat(OfTheConnection).Order(), MessagePolicy.ResponseHeadersThatStay.Order());
        Assert.Equal(Pass.SkipLast(1).Order(), SectionTransforms.HeadersThatYarpDrops.Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TheHeadersOfARequestStayOrPassOnEveryRoute(bool onASectionRoute)
    {
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawServer.Recording(heads);
        await using var edge = await StartAsync(upstream, onASectionRoute);
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        // Kestrel refuses every other value of Expect.
        var lines = StayInRequests.Concat(Pass).Select(name => $"{name}: {(name == "Expect" ? "100-continue" : "1")}\r\n");
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: site.test\r\n{string.Concat(lines)}\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await client.ReadHeadAsync(), StringComparison.Ordinal);

        var received = Heads.Parse(Assert.Single(heads));
        Assert.Equal([], received.Keys.Intersect(StayInRequests, StringComparer.OrdinalIgnoreCase));
        Assert.All(Pass, name => Assert.Equal("1", received.GetValueOrDefault(name)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TheHeadersOfAResponseStayOrPassOnEveryRoute(bool onASectionRoute)
    {
        var lines = string.Concat(StayInResponses.Concat(Pass).Select(name => $"{name}: 1\r\n"));
        await using var upstream = RawServer.Answering($"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n{lines}\r\n");
        await using var edge = await StartAsync(upstream, onASectionRoute);
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: site.test\r\n\r\n");

        var received = Heads.Parse(await client.ReadHeadAsync());
        Assert.Equal([], received.Keys.Intersect(StayInResponses, StringComparer.OrdinalIgnoreCase));
        Assert.All(Pass, name => Assert.Equal("1", received.GetValueOrDefault(name)));
    }

    private static Task<TestEdge> StartAsync(RawServer upstream, bool onASectionRoute) => TestEdge.StartAsync(
        onASectionRoute ? TestEdge.Target(RawServer.Refusing()) : TestEdge.Target(upstream.Address),
        section: onASectionRoute ? Sections.Route(upstream.Address) : null);
}
