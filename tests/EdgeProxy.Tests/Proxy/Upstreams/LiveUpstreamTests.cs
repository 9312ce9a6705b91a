using System.Net;
using System.Net.WebSockets;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Proxy.Demo;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EdgeProxy.Tests.Proxy.Upstreams;

public sealed class LiveUpstreamTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HttpProtocols.Http1, false, "HTTP/1.1")]
    [InlineData(HttpProtocols.Http2, true, "HTTP/2")]
    public async Task IsSpokenToInTheProtocolThatTheSiteSays(HttpProtocols protocols, bool http2Only, string expected)
    {
        await using var upstream = await LocalServer.StartAsync(
            context => context.Response.WriteAsync(context.Request.Protocol, Cancel), protocols);
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            await using var edge = await TestEdge.StartAsync(
                TestEdge.Target() with { Upstreams = [new Upstream.Server(upstream.Address, http2Only)] },
                version.Major == 2 ? HttpProtocols.Http2 : HttpProtocols.Http1);
            using var client = edge.Client(version);
            Assert.Equal(expected, await client.GetStringAsync("x", Cancel));
        }
    }

    [Theory]
    [InlineData(HttpProtocols.Http1, "HTTP/1.1")]
    [InlineData(HttpProtocols.Http1AndHttp2, "HTTP/2")]
    public async Task NegotiatesTheProtocolInTls(HttpProtocols protocols, string expected)
    {
        using var certificate = TestCa.CreateSelfSigned("localhost");
        await using var upstream = await LocalServer.StartAsync(
            context => context.Response.WriteAsync($"{context.Request.Protocol} {context.Request.Host}", Cancel),
            protocols,
            listener => listener.UseHttps(certificate));
        await using var edge = await TestEdge.StartAsync(
            TestEdge.Target(new Uri($"https://localhost:{upstream.Address.Port}")),
            services: services => UpstreamTls.Trust(services, certificate));
        using var client = edge.Client();
        for (var request = 0; request < 3; request++)
            Assert.Equal($"{expected} site.test", await client.GetStringAsync("x", Cancel));
        Assert.All(
            await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => client.GetStringAsync("x", Cancel))),
            answer => Assert.Equal($"{expected} site.test", answer));
    }

    [Theory]
    [InlineData("localhost", false)]
    [InlineData("elsewhere.test", true)]
    public async Task IsNotSpokenToWhenItsCertificateIsNotGood(string name, bool isTrusted)
    {
        using var certificate = TestCa.CreateSelfSigned(name);
        await using var upstream = await LocalServer.StartAsync(
            _ => Task.CompletedTask, listen: listener => listener.UseHttps(certificate));
        await using var edge = await TestEdge.StartAsync(
            TestEdge.Target(new Uri($"https://localhost:{upstream.Address.Port}")),
            services: services =>
            {
                if (isTrusted)
                    UpstreamTls.Trust(services, certificate);
            });
        using var client = edge.Client();
        Assert.Equal(HttpStatusCode.BadGateway, (await client.GetAsync("x", Cancel)).StatusCode);
        Assert.Contains("offers no TLS that can be trusted", Assert.Single(edge.Log.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task TakesAWebSocketInHttp1(bool fromHttp2, bool inTls)
    {
        using var certificate = TestCa.CreateSelfSigned("localhost");
        await using var upstream = await LocalServer.StartAsync(
            DemoPage.AnswerAsync,
            inTls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1,
            listener =>
            {
                if (inTls)
                    listener.UseHttps(certificate);
            });
        await using var edge = await TestEdge.StartAsync(
            TestEdge.Target(new Uri($"{(inTls ? "https" : "http")}://localhost:{upstream.Address.Port}")),
            fromHttp2 ? HttpProtocols.Http2 : HttpProtocols.Http1,
            services: services => UpstreamTls.Trust(services, certificate));
        using var socket = await TestWebSocket.OpenAsync(edge, fromHttp2);
        Assert.Equal("hello", await TestWebSocket.EchoAsync(socket, "hello"));
        Assert.Equal(100_000, (await TestWebSocket.EchoAsync(socket, new string('x', 100_000))).Length);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", Cancel);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        Assert.Empty(edge.Log.Warnings);
    }

    [Fact]
    public async Task MayRefuseAWebSocket()
    {
        await using var upstream = RawServer.Answering("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://127.0.0.1:{edge.Port}"), Cancel));
        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    [Theory]
    [InlineData("application/grpc", "HTTP/2")]
    [InlineData("application/grpc+proto", "HTTP/2")]
    [InlineData("application/grpc;x=1", "HTTP/2")]
    [InlineData("application/grpc-web", "HTTP/1.1")]
    [InlineData("application/grpc-web+proto", "HTTP/1.1")]
    [InlineData("text/plain", "HTTP/1.1")]
    public async Task TakesGrpcInHttp2(string contentType, string expected)
    {
        await using var http1 = await LocalServer.StartAsync(context => context.Response.WriteAsync(context.Request.Protocol, Cancel));
        await using var http2 = await LocalServer.StartAsync(
            context => context.Response.WriteAsync(context.Request.Protocol, Cancel), HttpProtocols.Http2);
        var upstream = expected == "HTTP/2" ? http2 : http1;
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(upstream.Address), HttpProtocols.Http2);
        using var client = edge.Client(HttpVersion.Version20);
        using var body = new ByteArrayContent([0, 0, 0, 0, 0]);
        body.Headers.TryAddWithoutValidation("Content-Type", contentType);
        var answer = await client.PostAsync("x", body, Cancel);
        Assert.Equal(expected, await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task StreamsGrpcBothWaysWithTrailers()
    {
        await using var upstream = await LocalServer.StartAsync(
            async context =>
            {
                Assert.Equal("trailers", context.Request.Headers.TE);
                context.Response.ContentType = "application/grpc";
                await context.Response.BodyWriter.FlushAsync(Cancel);
                var message = new byte[6];
                while (await context.Request.Body.ReadAtLeastAsync(message, 6, throwOnEndOfStream: false, Cancel) == 6)
                {
                    await context.Response.Body.WriteAsync(message, Cancel);
                    await context.Response.Body.FlushAsync(Cancel);
                }

                context.Response.AppendTrailer("grpc-status", "0");
                context.Response.AppendTrailer("grpc-message", "fine");
            },
            HttpProtocols.Http2);
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(upstream.Address), HttpProtocols.Http2);
        using var client = edge.Client(HttpVersion.Version20);
        using var body = new DuplexContent();
        body.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
        using var request = new HttpRequestMessage(HttpMethod.Post, "x")
        {
            Content = body,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TE.ParseAdd("trailers");
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        var sending = await body.Stream.Task;
        var receiving = await answer.Content.ReadAsStreamAsync(Cancel);
        for (byte number = 1; number <= 3; number++)
        {
            byte[] message = [0, 0, 0, 0, 1, number];
            await sending.WriteAsync(message, Cancel);
            await sending.FlushAsync(Cancel);
            var echo = new byte[6];
            await receiving.ReadExactlyAsync(echo, Cancel);
            Assert.Equal(message, echo);
        }

        body.End.SetResult();
        Assert.Equal(0, await receiving.ReadAsync(new byte[1], Cancel));
        Assert.Equal("0", Assert.Single(answer.TrailingHeaders.GetValues("grpc-status")));
        Assert.Equal("fine", Assert.Single(answer.TrailingHeaders.GetValues("grpc-message")));
    }

    [Fact]
    public async Task MayEndGrpcWithTheHead()
    {
        await using var upstream = await LocalServer.StartAsync(
            context =>
            {
                context.Response.ContentType = "application/grpc";
                context.Response.Headers.GrpcStatus = "12";
                return Task.CompletedTask;
            },
            HttpProtocols.Http2);
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(upstream.Address), HttpProtocols.Http2);
        using var client = edge.Client(HttpVersion.Version20);
        using var body = new ByteArrayContent([0, 0, 0, 0, 0]);
        body.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
        var answer = await client.PostAsync("x", body, Cancel);
        Assert.Equal("12", Assert.Single(answer.Headers.GetValues("grpc-status")));
        Assert.Empty(answer.TrailingHeaders);
    }

    private sealed class DuplexContent : HttpContent
    {
        public TaskCompletionSource<Stream> Stream { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync(Cancel);
            Stream.SetResult(stream);
            await End.Task.WaitAsync(Cancel);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
