using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EdgeProxy.Tests.Proxy;

public sealed class SitePipelineTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n9\r\nh")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n")]
    public async Task BreaksAResponseOffThatTheUpstreamBreaksOff(string half)
    {
        await using var upstream = RawServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(half);
        });
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(upstream.Address), HttpProtocols.Http1AndHttp2);
        using var client = edge.Client();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("x", Cancel));
        await edge.EndedAsync();
        Assert.Contains("broke off in the middle of its answer", Assert.Single(edge.Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResetsTheStreamOfAResponseThatBreaksOffInHttp2()
    {
        await using var upstream = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(upstream.Address), HttpProtocols.Http2);
        using var client = edge.Client(HttpVersion.Version20);
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("x", Cancel));
        Assert.IsType<HttpProtocolException>(failure.GetBaseException());
    }

    [Fact]
    public async Task AnswersAnHttp10ClientToo()
    {
        await using var upstream = RawServer.Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync("GET / HTTP/1.0\r\nHost: site.test\r\n\r\n");
        var answer = await client.ReadToEndAsync();
        Assert.EndsWith("\r\n\r\nok", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("chunked", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PassesAHeadRequestsLength()
    {
        await using var upstream = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 4711\r\n\r\n");
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = edge.Client();
        var answer = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "x"), Cancel);
        Assert.Equal(4711, answer.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n", 304)]
    [InlineData("HTTP/1.1 204 No Content\r\nX: 1\r\n\r\n", 204)]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200)]
    public async Task PassesResponsesWithoutABody(string response, int status)
    {
        await using var upstream = RawServer.Answering(response);
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = edge.Client();
        Assert.Equal(status, (int)(await client.GetAsync("x", Cancel)).StatusCode);
    }

    [Fact]
    public async Task SendsServerSentEventsOneByOneAndTheirHeadAtOnce()
    {
        var next = new SemaphoreSlim(0);
        await using var upstream = await LocalServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync(Cancel);
            for (var number = 1; number <= 3; number++)
            {
                await next.WaitAsync(Cancel);
                await context.Response.WriteAsync($"data: {number}\n\n", Cancel);
            }
        });
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(upstream.Address), HttpProtocols.Http2);
        using var client = edge.Client(HttpVersion.Version20);
        using var answer = await client.GetAsync("x", HttpCompletionOption.ResponseHeadersRead, Cancel);
        using var events = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancel));
        for (var number = 1; number <= 3; number++)
        {
            next.Release();
            Assert.Equal($"data: {number}", await events.ReadLineAsync(Cancel));
            Assert.Equal("", await events.ReadLineAsync(Cancel));
        }

        Assert.Null(await events.ReadLineAsync(Cancel));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StreamsALargeUploadWithoutKeepingIt(bool isChunked)
    {
        const long Size = 300L * 1024 * 1024;
        await using var upstream = await LocalServer.StartAsync(async context =>
        {
            var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
            var length = 0L;
            while (await context.Request.Body.ReadAsync(buffer, Cancel) is > 0 and var read)
                length += read;
            await context.Response.WriteAsync($"{length} {context.Request.ContentLength}", Cancel);
        });
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = edge.Client();
        var peak = 0L;
        using var body = new GeneratedContent(Size, isChunked, () => peak = Math.Max(peak, GC.GetTotalMemory(false)));
        var before = GC.GetTotalMemory(true);
        var answer = await client.PostAsync("x", body, Cancel);
        Assert.Equal($"{Size} {(isChunked ? "" : Size)}", await answer.Content.ReadAsStringAsync(Cancel));
        Assert.InRange(peak - before, long.MinValue, 100L * 1024 * 1024);
    }

    [Fact]
    public async Task StreamsALargeDownload()
    {
        const int Chunks = 2000;
        await using var upstream = await LocalServer.StartAsync(async context =>
        {
            var chunk = new byte[64 * 1024];
            for (var number = 0; number < Chunks; number++)
                await context.Response.Body.WriteAsync(chunk, Cancel);
        });
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = edge.Client();
        using var answer = await client.GetAsync("x", HttpCompletionOption.ResponseHeadersRead, Cancel);
        var body = await answer.Content.ReadAsStreamAsync(Cancel);
        var buffer = new byte[256 * 1024];
        var length = 0L;
        while (await body.ReadAsync(buffer, Cancel) is > 0 and var read)
            length += read;
        Assert.Equal(Chunks * 64L * 1024, length);
    }

    [Fact]
    public async Task RefusesABodyOverTheLimit()
    {
        await using var upstream = await LocalServer.StartAsync(context => context.Request.Body.CopyToAsync(Stream.Null, Cancel));
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(upstream.Address), maxBody: 1000);
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: site.test\r\nTransfer-Encoding: chunked\r\n\r\n");
        await client.SendAsync($"7d0\r\n{new string('x', 2000)}\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 413", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Empty(edge.Log.Warnings);
    }

    [Fact]
    public async Task RefusesAMalformedChunk()
    {
        await using var upstream = await LocalServer.StartAsync(context => context.Request.Body.CopyToAsync(Stream.Null, Cancel));
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: site.test\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nno\r\n");
        Assert.StartsWith("HTTP/1.1 400", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Empty(edge.Log.Warnings);
    }

    [Fact]
    public async Task AsksForABodyThatAClientAnnouncesAndTellsNoUpstreamToWait()
    {
        await using var upstream = RawServer.Start(async connection =>
        {
            Assert.DoesNotContain("Expect", await connection.ReadHeadAsync(), StringComparison.OrdinalIgnoreCase);
            Assert.Equal("body!", await connection.ReadAsync(5));
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: site.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 100 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal(0, upstream.Accepted);
        await client.SendAsync("body!");
        Assert.StartsWith("HTTP/1.1 200 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LetsTheUpstreamRefuseABodyThatAClientHasAnnounced()
    {
        await using var upstream = RawServer.Answering("HTTP/1.1 413 Too Big For Me\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: site.test\r\nContent-Length: 100000\r\nExpect: 100-continue\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 100 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
        await client.SendAsync(new string('x', 100_000));
        Assert.StartsWith("HTTP/1.1 413 Too Big For Me", await client.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndsTheUpstreamsRequestWhenTheClientGoesAway()
    {
        var arrived = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        await using var upstream = RawServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            arrived.SetResult();
            await connection.ReadToEndAsync();
            ended.SetResult();
        });
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: site.test\r\n\r\n");
        await arrived.Task.WaitAsync(TestEdge.Patience, Cancel);
        client.Reset();
        await ended.Task.WaitAsync(TestEdge.Patience, Cancel);
        Assert.Equal(StatusCodes.Status499ClientClosedRequest, (await edge.EndedAsync()).Status);
        Assert.Empty(edge.Log.Warnings);
    }

    [Fact]
    public async Task SaysWhichUpstreamWasUsed()
    {
        await using var upstream = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = edge.Client();
        await client.GetAsync("x", Cancel);
        Assert.Equal((200, upstream.Address.AbsoluteUri.TrimEnd('/')), await edge.EndedAsync());
    }

    [Theory]
    [InlineData("/base", "/../admin", false)]
    [InlineData("/base", "/%2e%2e/admin", false)]
    [InlineData("/base/", "/a/..%2fadmin", false)]
    [InlineData("/base", "/a.b/c", true)]
    [InlineData("/", "/../admin", true)]
    public async Task LetsNoTargetOutOfThePathOfAnUpstream(string path, string target, bool passes)
    {
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawServer.Recording(heads);
        await using var edge = await TestEdge.StartAsync(new Uri(upstream.Address, path));
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync($"GET {target} HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n");
        Assert.StartsWith(passes ? "HTTP/1.1 200 " : "HTTP/1.1 400 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal(passes ? [$"GET {path.TrimEnd('/')}{target} HTTP/1.1"] : [], heads.Select(head => head.Split("\r\n")[0]));
    }

    [Fact]
    public async Task MarksWhatItForwardsBehindTheMarksOfOthers()
    {
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawServer.Recording(heads);
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: site.test\r\nCDN-Loop: other; a=1\r\n\r\n");
        await client.ReadHeadAsync();
        Assert.Equal($"other; a=1, {LoopMark.Token}", Heads.Parse(Assert.Single(heads))[LoopMark.Header]);
    }

    [Fact]
    public async Task SwitchesUpstreamsUnderLoadWithoutAFailedRequest()
    {
        await using var blue = await LocalServer.StartAsync(context => context.Response.WriteAsync("blue", Cancel));
        await using var green = await LocalServer.StartAsync(context => context.Response.WriteAsync("green", Cancel));
        await using var edge = await TestEdge.StartAsync(blue.Address);
        using var client = edge.Client();
        using var done = new CancellationTokenSource();
        var load = Enumerable.Range(0, 8).Select(_ => Task.Run(
            async () =>
            {
                var count = 0;
                for (; !done.IsCancellationRequested; count++)
                    Assert.True(await client.GetStringAsync("x", Cancel) is "blue" or "green");
                return count;
            },
            Cancel)).ToArray();
        for (var round = 0; round < 100; round++)
        {
            var isGreen = round % 2 == 0;
            edge.Reload(TestEdge.Target((isGreen ? green : blue).Address));
            await edge.ApplyAsync(Sections.Nowhere(round));
            Assert.Equal(isGreen ? "green" : "blue", await client.GetStringAsync("x", Cancel));
        }

        await done.CancelAsync();
        Assert.True((await Task.WhenAll(load)).Sum() > 100);
    }

    [Fact]
    public async Task FinishesARequestOnTheUpstreamItBeganOn()
    {
        var arrived = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        await using var old = await LocalServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("old ", Cancel);
            arrived.SetResult();
            await mayEnd.Task.WaitAsync(Cancel);
            await context.Response.WriteAsync("end", Cancel);
        });
        await using var edge = await TestEdge.StartAsync(old.Address);
        using var client = edge.Client();
        var answer = client.GetStringAsync("x", Cancel);
        await arrived.Task.WaitAsync(TestEdge.Patience, Cancel);
        edge.Reload(TestEdge.Target(RawServer.Refusing()));
        mayEnd.SetResult();
        Assert.Equal("old end", await answer);
        Assert.Equal(HttpStatusCode.BadGateway, (await client.GetAsync("x", Cancel)).StatusCode);
    }

    private sealed class GeneratedContent(long size, bool isChunked, Action onChunk) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var chunk = new byte[1024 * 1024];
            for (var sent = 0L; sent < size; sent += chunk.Length)
            {
                await stream.WriteAsync(chunk, Cancel);
                onChunk();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = size;
            return !isChunked;
        }
    }
}
