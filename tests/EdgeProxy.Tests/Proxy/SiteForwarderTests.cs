using System.Net;
using EdgeProxy.Proxy.Upstreams;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EdgeProxy.Tests.Proxy;

public sealed class SiteForwarderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TakesUpstreamsInTurn()
    {
        await using var one = await LocalServer.StartAsync(context => context.Response.WriteAsync("1", Cancel));
        await using var two = await LocalServer.StartAsync(context => context.Response.WriteAsync("2", Cancel));
        await using var edge = await TestEdge.StartAsync(one.Address, two.Address);
        using var client = edge.Client();
        Assert.Equal("1212", string.Concat(await AnswersAsync(client, 4)));
    }

    [Fact]
    public async Task GoesOnToTheNextUpstreamWhereOneIsDead()
    {
        await using var alive = await LocalServer.StartAsync(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync(await body.ReadToEndAsync(Cancel), Cancel);
        });
        await using var edge = await TestEdge.StartAsync(RawServer.Refusing(), alive.Address, new Uri("http://nobody.invalid"));
        using var client = edge.Client();
        for (var request = 0; request < 6; request++)
        {
            using var body = new StringContent($"body {request}");
            var answer = await client.PostAsync("x", body, Cancel);
            Assert.Equal($"body {request}", await answer.Content.ReadAsStringAsync(Cancel));
            Assert.Equal((200, alive.Address.AbsoluteUri.TrimEnd('/')), await edge.EndedAsync());
        }
    }

    [Fact]
    public async Task Answers503WhileNoneIsHealthyAndTriesAgainAfterAPause()
    {
        var time = new FakeTimeProvider();
        await using var edge = await TestEdge.StartAsync(
            TestEdge.Target(RawServer.Refusing(), RawServer.Refusing()), services: services => services.AddSingleton<TimeProvider>(time));
        using var client = edge.Client();
        Assert.Equal(HttpStatusCode.BadGateway, (await client.GetAsync("x", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("x", Cancel)).StatusCode);
        Assert.Equal("site.test: no upstream is healthy (503)", edge.Log.Warnings[^1]);
        time.Advance(UpstreamHealth.Pause);
        Assert.Equal(HttpStatusCode.BadGateway, (await client.GetAsync("x", Cancel)).StatusCode);
    }

    [Fact]
    public async Task TriesASingleUpstreamEveryTime()
    {
        await using var edge = await TestEdge.StartAsync(RawServer.Refusing());
        using var client = edge.Client();
        for (var request = 0; request < 5; request++)
            Assert.Equal(HttpStatusCode.BadGateway, (await client.GetAsync("x", Cancel)).StatusCode);
    }

    [Fact]
    public async Task SendsNothingTwice()
    {
        await using var dying = RawServer.Start(connection => connection.ReadHeadAsync());
        await using var alive = await LocalServer.StartAsync(context => context.Response.WriteAsync("ok", Cancel));
        await using var edge = await TestEdge.StartAsync(dying.Address, alive.Address);
        using var client = edge.Client();
        using var body = new StringContent("pay");
        Assert.Equal(HttpStatusCode.BadGateway, (await client.PostAsync("x", body, Cancel)).StatusCode);
        Assert.Equal(1, dying.Accepted);
    }

    private static async Task<List<string>> AnswersAsync(HttpClient client, int count)
    {
        var answers = new List<string>();
        while (answers.Count < count)
            answers.Add(await client.GetStringAsync("x", Cancel));
        return answers;
    }
}
