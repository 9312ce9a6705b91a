using System.Net;
using System.Net.Sockets;
using EdgeProxy.Proxy.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeProxy.Tests.Proxy.Upstreams;

public sealed class UpstreamSocketsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OneTooManyWaitsForAnotherToClose()
    {
        await using var upstream = RawServer.Start(connection => connection.SendAsync("!"));
        var connector = Connector(1);
        var first = await ConnectAsync(connector, upstream.Port, TestEdge.Patience);
        var second = ConnectAsync(connector, upstream.Port, TestEdge.Patience);
        Assert.False(second.IsCompleted);
        await first.DisposeAsync();
        await first.DisposeAsync();
        await using var stream = await second;
        Assert.Equal('!', stream.ReadByte());
        await IsFullAsync(connector, upstream.Port);
    }

    [Fact]
    public async Task ConnectionsThatWaitForARequestMakeWayForOneThatIsNeeded()
    {
        await using var one = await LocalServer.StartAsync("one");
        await using var two = await LocalServer.StartAsync("two");
        await using var three = await LocalServer.StartAsync("three");
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(one.Address, two.Address, three.Address), upstreamSockets: 2);
        using var client = edge.Client();
        var answers = new List<string>();
        for (var request = 0; request < 6; request++)
            answers.Add(await client.GetStringAsync("x", Cancel));

        Assert.Equal(["one", "two", "three", "one", "two", "three"], answers);
    }

    [Fact]
    public async Task ConnectionsThatFailGiveTheirSocketBack()
    {
        var connector = Connector(1);
        var refusing = RawServer.Refusing().Port;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var failure = await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(connector, refusing, TestEdge.Patience));
            Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
        }
    }

    [Fact]
    public async Task ARequestThatFindsNoneIsAnswered503AndNobodyElseIsBlamed()
    {
        var goOn = new TaskCompletionSource();
        await using var upstream = RawServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await goOn.Task;
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        });
        await using var other = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nother");
        await using var edge = await TestEdge.StartAsync(
            TestEdge.Target(upstream.Address, other.Address) with { ConnectTimeout = TimeSpan.FromSeconds(1) }, upstreamSockets: 1);
        using var client = edge.Client();
        var first = client.GetStringAsync("x", Cancel);
        while (upstream.Accepted == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancel);

        using var refused = await client.GetAsync("x", Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains(edge.Log.Warnings, line => line.Contains("too many sockets are open (503)", StringComparison.Ordinal));

        goOn.SetResult();
        Assert.Equal("ok", await first);
        // Both in turn, as neither has failed.
        string[] answers = [await client.GetStringAsync("x", Cancel), await client.GetStringAsync("x", Cancel)];
        Assert.Equal(["ok", "other"], answers.Order());
    }

    private static async Task IsFullAsync(UpstreamConnector connector, int port)
    {
        var failure = await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(connector, port, TimeSpan.FromMilliseconds(20)));
        Assert.Equal(SocketError.TooManyOpenSockets, failure.SocketErrorCode);
    }

    private static Task<Stream> ConnectAsync(UpstreamConnector connector, int port, TimeSpan timeout) =>
        connector.ConnectAsync(new DnsEndPoint("127.0.0.1", port), timeout, Cancel).AsTask();

    private static UpstreamConnector Connector(int sockets) =>
        new(new UpstreamSockets(sockets), TimeProvider.System, NullLogger<UpstreamConnector>.Instance);
}
