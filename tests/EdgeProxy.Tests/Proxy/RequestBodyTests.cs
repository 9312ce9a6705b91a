using System.Collections.Concurrent;
using System.Net;
using EdgeProxy.Configuration.Model;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EdgeProxy.Tests.Proxy;

public sealed class RequestBodyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Content-Length: 4", "body")]
    [InlineData("Transfer-Encoding: chunked", "4\r\nbody\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 4\r\nUpgrade: x", "body")]
    [InlineData("Content-Length: 4\r\nUpgrade: websocket", "body")]
    [InlineData("Content-Length: 4\r\nAccept: text/event-stream", "body")]
    public async Task NoUpstreamIsConnectedBeforeTheFirstByteOfABody(string header, string body)
    {
        await using var upstream = await EchoAsync();
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var silent = await RawConnection.OpenAsync(edge.Port, Cancel);
        await silent.SendAsync($"POST /x HTTP/1.1\r\nHost: site.test\r\n{header}\r\nConnection: close\r\n\r\n");
        using var client = edge.Client();
        Assert.Equal("", await client.GetStringAsync("other", Cancel));
        Assert.Equal(1, upstream.Connections);

        await silent.SendAsync(body);
        Assert.EndsWith("body", Plain(await silent.ReadToEndAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHundredSilentBodiesOnOneHttp2ConnectionConnectNoUpstream()
    {
        await using var upstream = await EchoAsync();
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(upstream.Address), HttpProtocols.Http2);
        using var client = edge.Client(HttpVersion.Version20);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var uploads = Enumerable.Range(0, 99).Select(_ => client.PostAsync("x", new SilentContent(release.Task), Cancel)).ToList();
        Assert.Equal("", await client.GetStringAsync("other", Cancel));
        Assert.Equal(1, upstream.Connections);

        release.SetResult();
        foreach (var answer in await Task.WhenAll(uploads))
            Assert.Equal("body", await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFF", false)]
    [InlineData("FFFFFFFFFFFFFFFF", true)]
    [InlineData("80000000", false)]
    [InlineData("4\r\nbody\r\nFFFFFFFFFFFFFFFF", false)]
    [InlineData("xyz", false)]
    public async Task AChunkWhoseSizeIsNoNumberIsTheClientsFault(string chunk, bool isBuffered)
    {
        await using var upstream = await EchoAsync();
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(upstream.Address) with { RequestBuffering = isBuffered });
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync($"POST /x HTTP/1.1\r\nHost: site.test\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}\r\n");

        Assert.StartsWith("HTTP/1.1 400", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal([], edge.Log.Warnings);
    }

    // A header about the response must not free the request from the minimum data rate.
    [Theory]
    [InlineData("")]
    [InlineData("Upgrade: x\r\n")]
    [InlineData("Upgrade: websocket\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\n")]
    [InlineData("Accept: text/event-stream\r\n")]
    public async Task ABodyThatDripsIsGivenUpWith408(string header)
    {
        await using var upstream = await EchoAsync();
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync($"POST /x HTTP/1.1\r\nHost: site.test\r\nContent-Length: 100000\r\n{header}\r\nx");
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var dripping = DripAsync(client, ended.Token);

        Assert.StartsWith("HTTP/1.1 408 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
        await ended.CancelAsync();
        await dripping;
    }

    [Theory]
    [InlineData(5)]
    [InlineData(1_000_000)]
    public async Task ABufferedBodyReachesTheUpstreamWholeAndWithItsLength(int length)
    {
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawServer.Start(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            heads.Enqueue(head);
            Assert.Equal(length, (await connection.ReadAsync(length)).Length);
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        });
        await using var edge = await TestEdge.StartAsync(Buffered(upstream.Address));
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: site.test\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
        await client.SendAsync($"{length:x}\r\n{new string('x', length)}\r\n");
        Assert.Equal(0, upstream.Accepted);

        await client.SendAsync("0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Contains($"Content-Length: {length}\r\n", Assert.Single(heads), StringComparison.Ordinal);
        Assert.DoesNotContain("Transfer-Encoding", Assert.Single(heads), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABufferedBodyIsReadableByThisUserOnlyAndGoneAfterwards()
    {
        await using var upstream = await EchoAsync();
        await using var edge = await TestEdge.StartAsync(Buffered(upstream.Address));
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: site.test\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
        await client.SendAsync($"{200_000:x}\r\n{new string('x', 200_000)}\r\n");
        string[] files = [];
        await Eventually.BecomesTrueAsync(() => (files = OpenTemporaryFiles()).Length > 0);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Assert.Single(files)));
        await client.SendAsync("0\r\n\r\n");
        await client.ReadToEndAsync();
        await edge.EndedAsync();
        await Eventually.BecomesTrueAsync(() => !File.Exists(files[0]));
    }

    [Fact]
    public async Task ABufferedBodyOverTheLimitIsRefusedAndConnectsNoUpstream()
    {
        await using var upstream = await EchoAsync();
        await using var edge = await TestEdge.StartAsync(Buffered(upstream.Address), maxBody: 1000);
        using var client = edge.Client();
        using var body = new StreamContent(new MemoryStream(new byte[2000]));
        client.DefaultRequestHeaders.TransferEncodingChunked = true;

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await client.PostAsync("x", body, Cancel)).StatusCode);
        Assert.Equal(0, upstream.Connections);
    }

    private static SiteTarget.Proxy Buffered(Uri upstream) => TestEdge.Target(upstream) with { RequestBuffering = true };

    private static Task<LocalServer> EchoAsync() =>
        LocalServer.StartAsync(context => context.Request.Body.CopyToAsync(context.Response.Body, Cancel));

    // Only the files of this process: another one may be running the same tests.
    private static string[] OpenTemporaryFiles() =>
    [
        .. Directory.GetFiles("/proc/self/fd").Select(descriptor => new FileInfo(descriptor).LinkTarget).OfType<string>()
            .Where(file => Path.GetFileName(file).StartsWith("ASPNETCORE_", StringComparison.Ordinal)),
    ];

    private static string Plain(string response) => response.Replace("\r\n0\r\n\r\n", "", StringComparison.Ordinal);

    private static async Task DripAsync(RawConnection client, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken);
                await client.SendAsync("x");
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The edge has closed the connection, or the test has ended.
        }
    }

    private sealed class SilentContent(Task release) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await release;
            await stream.WriteAsync("body"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
