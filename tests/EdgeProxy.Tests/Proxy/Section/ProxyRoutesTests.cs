using System.Net;
using Microsoft.AspNetCore.Http;

namespace EdgeProxy.Tests.Proxy.Section;

public sealed class ProxyRoutesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OfTheSectionWinAndLeaveTheRestToTheSite()
    {
        await using var site = await LocalServer.StartAsync(context => context.Response.WriteAsync("site", Cancel));
        await using var section = await LocalServer.StartAsync(
            context => context.Response.WriteAsync("section " + context.Request.Path, Cancel));
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(site.Address), section: ApiSection(section.Address));
        using var client = edge.Client();
        Assert.Equal("section /x", await client.GetStringAsync("api/x", Cancel));
        Assert.Equal((200, section.Address.ToString()), await edge.EndedAsync());
        Assert.Equal("site", await client.GetStringAsync("x", Cancel));
        Assert.Equal("site", await client.GetStringAsync("", Cancel));
        using var body = new StringContent("");
        Assert.Equal("site", await (await client.PostAsync("api/x", body, Cancel)).Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task AreInForceWhenApplyReturns()
    {
        await using var site = await LocalServer.StartAsync(context => context.Response.WriteAsync("site", Cancel));
        await using var one = await LocalServer.StartAsync(context => context.Response.WriteAsync("one", Cancel));
        await using var two = await LocalServer.StartAsync(context => context.Response.WriteAsync("two", Cancel));
        await using var edge = await TestEdge.StartAsync(site.Address);
        using var client = edge.Client();
        for (var round = 0; round < 20; round++)
        {
            await edge.ApplyAsync(ApiSection(one.Address));
            Assert.Equal("one", await client.GetStringAsync("api/x", Cancel));
            await edge.ApplyAsync(ApiSection(two.Address));
            Assert.Equal("two", await client.GetStringAsync("api/x", Cancel));
            await edge.ApplyAsync([]);
            Assert.Equal("site", await client.GetStringAsync("api/x", Cancel));
        }
    }

    [Theory]
    [InlineData("site.test", "Site.Test:99", "section")]
    [InlineData("site.test", "site.test.", "section")]
    [InlineData("site.test", "site.test.:99", "section")]
    [InlineData("*.test", "site.test", "section")]
    [InlineData("b\u00fccher.test", "xn--bcher-kva.test", "section")]
    [InlineData("b\u00fccher.test", "xn--bcher-kva.test.", "section")]
    [InlineData("other.test", "site.test", "site")]
    public async Task MatchTheHostAsAClientMayWriteIt(string host, string sent, string expected)
    {
        await using var site = await LocalServer.StartAsync(context => context.Response.WriteAsync("site", Cancel));
        await using var upstream = await LocalServer.StartAsync(context => context.Response.WriteAsync("section", Cancel));
        var section = ApiSection(upstream.Address);
        section["ReverseProxy:Routes:api:Match:Hosts:0"] = host;
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(site.Address), section: section);
        using var client = edge.Client();
        client.DefaultRequestHeaders.Host = sent;
        Assert.Equal(expected, await client.GetStringAsync("api/x", Cancel));
    }

    [Fact]
    public async Task HaveTheErrorAnswersOfSites()
    {
        await using var edge = await TestEdge.StartAsync(
            TestEdge.Target(RawServer.Refusing()), section: ApiSection(RawServer.Refusing()));
        using var client = edge.Client();
        var answer = await client.GetAsync("api/x", Cancel);
        Assert.Equal(TestEdge.Body(502), await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Contains("refused the connection (502)", Assert.Single(edge.Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MayHaveATimeoutOfTheirOwn()
    {
        await using var upstream = RawServer.Start(connection => connection.ReadUntilAsync("never"));
        var section = ApiSection(upstream.Address);
        section["ReverseProxy:Routes:api:Timeout"] = "00:00:00.3";
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(RawServer.Refusing()), section: section);
        using var client = edge.Client();
        Assert.Equal(HttpStatusCode.GatewayTimeout, (await client.GetAsync("api/x", Cancel)).StatusCode);
    }

    [Fact]
    public async Task MayKeepAClientAtItsUpstream()
    {
        await using var one = await LocalServer.StartAsync(context => context.Response.WriteAsync("one", Cancel));
        await using var two = await LocalServer.StartAsync(context => context.Response.WriteAsync("two", Cancel));
        var section = ApiSection(one.Address);
        section["ReverseProxy:Clusters:one:Destinations:b:Address"] = two.Address.ToString();
        section["ReverseProxy:Clusters:one:LoadBalancingPolicy"] = "RoundRobin";
        section["ReverseProxy:Clusters:one:SessionAffinity:Enabled"] = "true";
        section["ReverseProxy:Clusters:one:SessionAffinity:Policy"] = "Cookie";
        section["ReverseProxy:Clusters:one:SessionAffinity:AffinityKeyName"] = "key";
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(RawServer.Refusing()), section: section);
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = edge.ConnectAsync })
        {
            BaseAddress = new Uri("http://site.test/"),
        };
        var first = await client.GetStringAsync("api/x", Cancel);
        for (var request = 0; request < 4; request++)
            Assert.Equal(first, await client.GetStringAsync("api/x", Cancel));
    }

    private static Dictionary<string, string?> ApiSection(Uri upstream) => new()
    {
        ["ReverseProxy:Routes:api:ClusterId"] = "one",
        ["ReverseProxy:Routes:api:Match:Path"] = "/api/{**rest}",
        ["ReverseProxy:Routes:api:Match:Methods:0"] = "GET",
        ["ReverseProxy:Routes:api:Transforms:0:PathRemovePrefix"] = "/api",
        ["ReverseProxy:Clusters:one:Destinations:a:Address"] = upstream.ToString(),
    };
}
