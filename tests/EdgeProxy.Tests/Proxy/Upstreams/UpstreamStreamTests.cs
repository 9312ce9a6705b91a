using System.Net;

namespace EdgeProxy.Tests.Proxy.Upstreams;

public sealed class UpstreamStreamTests
{
    private const string Refusal = "HTTP/1.1 413 Too Big For Me\r\nContent-Length: 6\r\nConnection: close\r\n\r\ntoobig";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task LetsAnAnswerThroughThatComesWhileTheRequestIsStillBeingSent(bool onAUsedConnection, bool isChunked)
    {
        await using var upstream = RawServer.Start(async connection =>
        {
            while ((await connection.ReadHeadAsync()).StartsWith("GET", StringComparison.Ordinal))
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            await connection.SendAsync(Refusal);
        });
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = edge.Client();
        if (onAUsedConnection)
            await client.GetAsync("x", Cancel);

        using var body = new StreamContent(new MemoryStream(new byte[20 * 1024 * 1024]));
        if (isChunked)
            client.DefaultRequestHeaders.TransferEncodingChunked = true;
        var answer = await client.PostAsync("x", body, Cancel);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("toobig", await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SaysThatTheUpstreamBrokeOffWhenItDoesSoWithoutAnAnswer(bool onAUsedConnection)
    {
        await using var upstream = RawServer.Start(async connection =>
        {
            while ((await connection.ReadHeadAsync()).StartsWith("GET", StringComparison.Ordinal))
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            connection.Reset();
        });
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = edge.Client();
        if (onAUsedConnection)
            await client.GetAsync("x", Cancel);

        using var uploader = await RawConnection.OpenAsync(edge.Port, Cancel);
        await uploader.SendAsync("POST / HTTP/1.1\r\nHost: site.test\r\nTransfer-Encoding: chunked\r\n\r\n");
        var upload = UploadForeverAsync(uploader);
        Assert.StartsWith("HTTP/1.1 502", await uploader.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Contains("(502)", Assert.Single(edge.Log.Warnings), StringComparison.Ordinal);
        uploader.Reset();
        await upload;
    }

    private static async Task UploadForeverAsync(RawConnection uploader)
    {
        var chunk = $"10000\r\n{new string('x', 0x10000)}\r\n";
        try
        {
            while (true)
                await uploader.SendAsync(chunk);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The edge or the test has closed the connection.
        }
    }
}
