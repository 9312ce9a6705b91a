using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace EdgeProxy.EndToEnd;

/// <summary>SIGTERM and SIGINT: what is in flight finishes, within the grace period.</summary>
public sealed class ShutdownTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("TERM", "1.1")]
    [InlineData("INT", "1.1")]
    [InlineData("TERM", "2.0")]
    public async Task ARequestInFlightFinishes(string signal, string version)
    {
        var (arrived, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var upstream = await LocalServer.StartAsync(async context =>
        {
            arrived.TrySetResult();
            await answer.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("finished");
        });
        await using var edge = new EdgeProxyInstance(Site(upstream));
        await edge.StartAsync();
        using var client = Clients.Http(version: Version.Parse(version));
        var request = client.GetStringAsync(new Uri($"https://one.test:{edge.HttpsPort}/"), Token);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        edge.Signal(signal);
        await edge.WaitUntilAsync(async () => !await RawConnection.IsAcceptedAsync(edge.HttpPort), "stop to listen");
        answer.SetResult();

        Assert.Equal("finished", await request);
        Assert.Equal(0, await edge.WaitForExitAsync());
    }

    [Fact]
    public async Task AWebSocketIsClosedWithGoingAway()
    {
        await using var upstream = await LocalServer.StartAsync(WebSocketEcho.AnswerAsync);
        await using var edge = new EdgeProxyInstance(Site(upstream));
        await edge.StartAsync();
        using var socket = await Clients.WebSocketAsync(new Uri($"wss://one.test:{edge.HttpsPort}/"));
        Assert.Equal("hello", await socket.SayAsync("hello"));

        edge.Signal("TERM");
        var last = await socket.ReceiveAsync(new byte[100], Token);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);

        Assert.Equal(WebSocketMessageType.Close, last.MessageType);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, last.CloseStatus);
        Assert.Equal(0, await edge.WaitForExitAsync());
    }

    [Fact]
    public async Task TheGracePeriodIsTheLimit()
    {
        var arrived = new TaskCompletionSource();
        await using var upstream = await LocalServer.StartAsync(async context =>
        {
            arrived.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await using var edge = new EdgeProxyInstance($"\"ShutdownGracePeriod\": \"00:00:02\", {Site(upstream)}");
        await edge.StartAsync();
        using var client = Clients.Http();
        var request = client.GetAsync(new Uri($"https://one.test:{edge.HttpsPort}/"), Token);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        edge.Signal("TERM");

        // The process ends well before the minute is over that the upstream may stay silent.
        Assert.Equal(0, await edge.WaitForExitAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => request);
    }

    [Fact]
    public async Task NothingInFlightMeansNothingToWaitFor()
    {
        await using var upstream = await LocalServer.StartAsync("ok");
        await using var edge = new EdgeProxyInstance($"\"ShutdownGracePeriod\": \"00:10:00\", {Site(upstream)}");
        await edge.StartAsync();
        using var client = Clients.Http();
        using var response = await client.GetAsync(new Uri($"https://one.test:{edge.HttpsPort}/"), Token);

        // The client's connection is still open, idle.
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, await edge.StopAsync());
    }

    private static string Site(LocalServer upstream) => $$"""
        "Domains": { "one.test": { "Upstream": "{{upstream.Url}}", "Certificate": { "Source": "Internal" } } }
        """;
}
