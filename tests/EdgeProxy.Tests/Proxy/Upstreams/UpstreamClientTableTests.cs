using EdgeProxy.Configuration.Model;
using EdgeProxy.Proxy.Upstreams;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeProxy.Tests.Proxy.Upstreams;

public sealed class UpstreamClientTableTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KeepsWhatSitesNameAndLetsGoOfTheRest()
    {
        UpstreamClientTable? clients = null;
        await using var one = await TestUpstream.StartAsync(context => context.Response.WriteAsync("one", Cancel));
        await using var two = await TestUpstream.StartAsync(context => context.Response.WriteAsync("two", Cancel));
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(one.Address), services: services => services.AddSingleton(provider =>
            clients = ActivatorUtilities.CreateInstance<UpstreamClientTable>(provider)));
        using var client = edge.Client();
        Assert.Equal("one", await client.GetStringAsync("x", Cancel));
        var first = ClientFor(clients!, one);
        edge.Reload(TestEdge.Target(one.Address, two.Address));
        Assert.Equal(["one", "two"], [await client.GetStringAsync("x", Cancel), await client.GetStringAsync("x", Cancel)]);
        Assert.Same(first, ClientFor(clients!, one));
        var second = ClientFor(clients!, two);

        for (var number = 0; number < 3; number++)
        {
            edge.Reload(TestEdge.Target(two.Address) with { ConnectTimeout = TestEdge.Patience + TimeSpan.FromSeconds(number) });
            Assert.Equal("two", await client.GetStringAsync("x", Cancel));
        }

        Assert.NotSame(first, ClientFor(clients!, one));
        Assert.NotSame(second, ClientFor(clients!, two));
    }

    [Fact]
    public async Task LetsARequestEndOnAnUpstreamThatIsNamedNoMore()
    {
        var release = new TaskCompletionSource();
        await using var one = await TestUpstream.StartAsync(async context =>
        {
            await context.Response.WriteAsync("be", Cancel);
            await context.Response.Body.FlushAsync(Cancel);
            await release.Task;
            await context.Response.WriteAsync("fore", Cancel);
        });
        await using var two = await TestUpstream.StartAsync(context => context.Response.WriteAsync("after", Cancel));
        await using var edge = await TestEdge.StartAsync(one.Address);
        using var client = edge.Client();
        using var before = await client.GetAsync("x", HttpCompletionOption.ResponseHeadersRead, Cancel);
        edge.Reload(TestEdge.Target(two.Address));
        Assert.Equal("after", await client.GetStringAsync("x", Cancel));
        release.SetResult();
        Assert.Equal("before", await before.Content.ReadAsStringAsync(Cancel));
    }

    private static HttpMessageInvoker ClientFor(UpstreamClientTable clients, TestUpstream upstream) =>
        clients.For(new Upstream.Server(upstream.Address, false), TestEdge.Patience);
}
