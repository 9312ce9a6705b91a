using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using EdgeProxy.Proxy.WebSockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EdgeProxy.Tests.Proxy.WebSockets;

public sealed class WebSocketFarewellStreamTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SaysGoingAwayToAnIdleClientAndLetsItsAnswerEndTheUpstreamsSide(bool inHttp2)
    {
        var seenByUpstream = new TaskCompletionSource<WebSocketCloseStatus?>();
        await using var upstream = await LocalServer.StartAsync(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var received = await socket.ReceiveAsync(new byte[100], Cancel);
            await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, Cancel);
            received = await socket.ReceiveAsync(new byte[100], Cancel);
            seenByUpstream.SetResult(received.CloseStatus);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancel);
        });
        await using var edge = await TestEdge.StartAsync(
            TestEdge.Target(upstream.Address),
            inHttp2 ? HttpProtocols.Http2 : HttpProtocols.Http1);
        using var client = await TestWebSocket.OpenAsync(edge, inHttp2);
        Assert.Equal("hello", await TestWebSocket.EchoAsync(client, "hi"));

        var stopped = edge.StopAsync();
        Assert.Equal("closed 1001", await TestWebSocket.ReceiveAsync(client));
        await client.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, Cancel);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, await seenByUpstream.Task.WaitAsync(TestEdge.Patience, Cancel));
        await stopped.WaitAsync(TestEdge.Patience, Cancel);
    }

    [Fact]
    public async Task WaitsForTheEndOfTheFrameThatIsUnderWay()
    {
        var mayGoOn = new TaskCompletionSource();
        await using var upstream = RawServer.Start(async connection =>
        {
            await AcceptAsync(connection);
            await connection.SendAsync("\u0081\u0006abc");
            await mayGoOn.Task.WaitAsync(Cancel);
            await connection.SendAsync("def\u0081\u0003ghi");
            await connection.ReadToEndAsync();
        });
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = await OpenRawAsync(edge);
        Assert.Equal("\u0081\u0006abc", await client.ReadAsync(5));

        var stopped = edge.StopAsync();
        mayGoOn.SetResult();
        Assert.Equal("def\u0088\u0002\u0003\u00e9", await client.ReadAsync(7));
        client.Dispose();
        await stopped.WaitAsync(TestEdge.Patience, Cancel);
    }

    [Fact]
    public async Task SaysNothingAfterTheUpstreamHasClosed()
    {
        await using var upstream = RawServer.Start(async connection =>
        {
            await AcceptAsync(connection);
            await connection.SendAsync("\u0088\u0002\u0003\u00e8");
            await connection.ReadAsync(6);
        });
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = await OpenRawAsync(edge);
        Assert.Equal("\u0088\u0002\u0003\u00e8", await client.ReadAsync(4));
        var stopped = edge.StopAsync();
        await client.SendAsync("\u0088\u0082\0\0\0\0\u0003\u00e8");
        Assert.Equal("", await client.ReadToEndAsync());
        await stopped.WaitAsync(TestEdge.Patience, Cancel);
    }

    [Fact]
    public async Task EndsQuietlyWithTheUpstreamsConnection()
    {
        await using var upstream = RawServer.Start(async connection =>
        {
            await AcceptAsync(connection);
            connection.Reset();
        });
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = await OpenRawAsync(edge);
        Assert.Equal("", await client.ReadToEndAsync());
        Assert.Equal(101, (await edge.EndedAsync()).Status);
        Assert.Empty(edge.Log.Warnings);
    }

    [Theory]
    [InlineData("\u0081\u0003abc", "", "\u0081\u0003abc\u0088\u0002\u0003\u00e9")]
    [InlineData("\u0081\u0003a", "bc", "\u0081\u0003abc\u0088\u0002\u0003\u00e9")]
    [InlineData("\u0081\u0003a", "bc\u0081\u0001d", "\u0081\u0003abc\u0088\u0002\u0003\u00e9")]
    [InlineData("\u0081", "\u0001a\u0081\u0001d", "\u0081\u0001a\u0088\u0002\u0003\u00e9")]
    [InlineData("\u0001\u0001a", "\u0080\u0001b", "\u0001\u0001a\u0088\u0002\u0003\u00e9")]
    [InlineData("", "\u0081\u0001a", "\u0088\u0002\u0003\u00e9")]
    [InlineData("\u0088\u0000", "\u0081\u0001a", "\u0088\u0000\u0081\u0001a")]
    [InlineData("\u0088", "\u0002ab", "\u0088\u0002ab")]
    public async Task PutsItsFrameAtTheFirstBoundary(string before, string after, string expected)
    {
        using var stopping = new CancellationTokenSource();
        using var client = new MemoryStream();
        await using var stream = new WebSocketFarewellStream(client, stopping.Token);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(before), Cancel);
        await stopping.CancelAsync();
        if (after.Length > 0)
            await stream.WriteAsync(Encoding.Latin1.GetBytes(after), Cancel);
        Assert.Equal(expected, Encoding.Latin1.GetString(client.ToArray()));
    }

    private static async Task<RawConnection> OpenRawAsync(TestEdge edge)
    {
        var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync(
            "GET /socket HTTP/1.1\r\nHost: site.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 101", await client.ReadHeadAsync(), StringComparison.Ordinal);
        return client;
    }

    private static async Task AcceptAsync(RawConnection connection)
    {
        var key = Heads.Parse(await connection.ReadHeadAsync())["Sec-WebSocket-Key"];
        var accept = Convert.ToBase64String(AcceptHash(key));
        await connection.SendAsync(
            $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n");
    }

    // RFC 6455 §4.2.2 says SHA-1.
#pragma warning disable CA5350
    private static byte[] AcceptHash(string key) => SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
#pragma warning restore CA5350
}
