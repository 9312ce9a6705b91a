using System.Collections.Concurrent;
using System.Net;
using EdgeProxy.Proxy.Upstreams;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EdgeProxy.Tests.Proxy.Upstreams;

public sealed class UpstreamGroupsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AReloadThatChangesNothingKeepsTurnHealthAndConnections()
    {
        await using var one = await LocalServer.StartAsync(context => context.Response.WriteAsync("1", Cancel));
        await using var two = await LocalServer.StartAsync(context => context.Response.WriteAsync("2", Cancel));
        await using var edge = await TestEdge.StartAsync(one.Address, two.Address);
        using var client = edge.Client();
        var answers = "";
        for (var request = 0; request < 6; request++)
        {
            answers += await client.GetStringAsync("x", Cancel);
            edge.Reload(TestEdge.Target(one.Address, two.Address));
        }

        Assert.Equal("121212", answers);
        Assert.Equal((1, 1), (one.Connections, two.Connections));
    }

    [Fact]
    public async Task AnUpstreamThatCouldNotBeReachedIsLeftOutAfterAReloadToo()
    {
        var (first, second) = (RawServer.Refusing(), RawServer.Refusing());
        await using var edge = await TestEdge.StartAsync(first, second);
        using var client = edge.Client();
        Assert.Equal(HttpStatusCode.BadGateway, (await client.GetAsync("x", Cancel)).StatusCode);
        edge.Reload(TestEdge.Target(first, second));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("x", Cancel)).StatusCode);

        // A target with another timeout is another target, but its upstreams stay the same.
        edge.Reload(TestEdge.Target(first, second) with { Timeout = TimeSpan.FromSeconds(3) });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("x", Cancel)).StatusCode);

        await using var alive = await LocalServer.StartAsync(context => context.Response.WriteAsync("alive", Cancel));
        edge.Reload(TestEdge.Target(first, alive.Address));
        Assert.Equal("alive", await client.GetStringAsync("x", Cancel));
    }

    [Fact]
    public async Task ConnectionsToAnUpstreamThatNobodyNamesAreClosed()
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var old = RawServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold");
            await connection.ReadToEndAsync();
            closed.SetResult();
        });
        await using var next = await LocalServer.StartAsync(context => context.Response.WriteAsync("new", Cancel));
        await using var edge = await TestEdge.StartAsync(old.Address);
        using var client = edge.Client();
        Assert.Equal("old", await client.GetStringAsync("x", Cancel));

        edge.Reload(TestEdge.Target(next.Address));
        await closed.Task.WaitAsync(TestEdge.Patience, Cancel);
        Assert.Equal("new", await client.GetStringAsync("x", Cancel));
    }

    [Fact]
    public async Task ARequestEndsOnTheUpstreamOnWhichItBegan()
    {
        var release = new TaskCompletionSource();
        await using var one = await LocalServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("be", Cancel);
            await context.Response.Body.FlushAsync(Cancel);
            await release.Task;
            await context.Response.WriteAsync("fore", Cancel);
        });
        await using var two = await LocalServer.StartAsync(context => context.Response.WriteAsync("after", Cancel));
        await using var edge = await TestEdge.StartAsync(one.Address);
        using var client = edge.Client();
        using var before = await client.GetAsync("x", HttpCompletionOption.ResponseHeadersRead, Cancel);
        edge.Reload(TestEdge.Target(two.Address));
        Assert.Equal("after", await client.GetStringAsync("x", Cancel));
        release.SetResult();
        Assert.Equal("before", await before.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public void APoolIsOpenForWhoeverEntersLateAndClosedWhenTheLastHasLeft()
    {
        var opened = new ConcurrentQueue<Handler>();
        var pool = new UpstreamPool(() =>
        {
            opened.Enqueue(new Handler());
            return new HttpMessageInvoker(opened.Last());
        });
        pool.Hold();
        var client = pool.Enter();
        pool.Release();
        Assert.False(opened.Single().IsDisposed);
        pool.Exit();
        Assert.True(opened.Single().IsDisposed);

        Assert.NotSame(client, pool.Enter());
        Assert.Equal((2, 1), (opened.Count, pool.Requests));
        pool.Exit();
        Assert.True(opened.Last().IsDisposed);
    }

    [Fact]
    public async Task OneVisitorsSlowRequestsTakeNoUpstreamFromTheOthers()
    {
        Task Answer(HttpContext context) => context.Request.Path == "/slow"
            ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted)
            : context.Response.WriteAsync("quick", Cancel);
        await using var one = await LocalServer.StartAsync(Answer);
        await using var two = await LocalServer.StartAsync(Answer);
        await using var edge = await TestEdge.StartAsync(
            TestEdge.Target(one.Address, two.Address) with { Timeout = TimeSpan.FromSeconds(1) });
        using var client = edge.Client();
        var slow = Enumerable.Range(0, 20).Select(_ => client.GetAsync("slow", Cancel)).ToList();
        foreach (var answer in await Task.WhenAll(slow))
            Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);

        for (var request = 0; request < 50; request++)
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("quick", Cancel)).StatusCode);
    }

    [Fact]
    public async Task OneVisitorsGrpcTakesNoUpstreamThatKnowsOnlyHttp1FromTheOthers()
    {
        await using var one = await LocalServer.StartAsync(context => context.Response.WriteAsync("quick", Cancel));
        await using var two = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nquick");
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(one.Address, two.Address), HttpProtocols.Http2);
        using var client = edge.Client(HttpVersion.Version20);
        for (var request = 0; request < 12; request++)
        {
            using var body = new ByteArrayContent([0, 0, 0, 0, 0]);
            body.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
            Assert.Equal(HttpStatusCode.BadGateway, (await client.PostAsync("x", body, Cancel)).StatusCode);
        }

        for (var request = 0; request < 10; request++)
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("quick", Cancel)).StatusCode);
    }

    private sealed class Handler : HttpMessageHandler
    {
        public bool IsDisposed { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException();

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
