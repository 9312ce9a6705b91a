using System.Text.Json;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Proxy.Demo;

namespace EdgeProxy.Tests.Proxy.Demo;

public sealed class DemoUpstreamTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ShowsTheRequestItReceived()
    {
        await using var edge = await StartAsync();
        using var client = edge.Client();
        using var body = new StringContent("12345");
        var answer = await client.PostAsync("a%2fb?c", body, Cancel);
        using var shown = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        var root = shown.RootElement;
        Assert.Equal("POST", root.GetProperty("method").GetString());
        Assert.Equal("/a%2fb?c", root.GetProperty("target").GetString());
        Assert.Equal("site.test", root.GetProperty("host").GetString());
        Assert.Equal("HTTP/1.1", root.GetProperty("protocol").GetString());
        Assert.Equal("127.0.0.1", root.GetProperty("headers").GetProperty("X-Real-IP").GetString());
        Assert.Equal(5, root.GetProperty("bodyLength").GetInt64());
        Assert.Equal((200, "demo"), await edge.EndedAsync());
    }

    [Fact]
    public async Task ShowsAPageToBrowsersWithNothingInItThatRuns()
    {
        await using var edge = await StartAsync();
        using var client = edge.Client();
        client.DefaultRequestHeaders.Add("Accept", "text/html,*/*");
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-Odd", "<script>alert(1)</script>");
        var answer = await client.GetAsync("x", Cancel);
        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var page = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Contains("X-Odd", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EchoesWebSockets()
    {
        await using var edge = await StartAsync();
        using var socket = await TestWebSocket.OpenAsync(edge);
        Assert.Equal("hello", await TestWebSocket.EchoAsync(socket, "hello"));
    }

    [Fact]
    public async Task StartsOnce()
    {
        await using var demo = new DemoUpstream();
        Assert.Equal(await demo.StartAsync(), await demo.StartAsync());
    }

    private static Task<TestEdge> StartAsync() => TestEdge.StartAsync(TestEdge.Target() with { Upstreams = [new Upstream.Demo()] });
}
