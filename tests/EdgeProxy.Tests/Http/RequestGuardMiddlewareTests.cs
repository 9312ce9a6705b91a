using System.Net.Security;
using System.Text;
using EdgeProxy.Sites;

namespace EdgeProxy.Tests.Http;

public sealed class RequestGuardMiddlewareTests
{
    [Theory]
    [InlineData("HTTP/1.1", "Transfer-Encoding: chunked", 200)]
    [InlineData("HTTP/1.1", "Transfer-Encoding: Chunked", 200)]
    [InlineData("HTTP/1.1", "Transfer-Encoding: gzip, chunked", 400)]
    [InlineData("HTTP/1.1", "Transfer-Encoding: identity, chunked", 400)]
    [InlineData("HTTP/1.1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400)]
    [InlineData("HTTP/1.0", "Transfer-Encoding: chunked", 400)]

    public async Task TakesNoTransferCodingButChunked(string version, string header, int status)
    {
        await using var server = await Served();
        var response = await server.HttpAsync($"POST / {version}\r\nHost: example.org\r\nConnection: close\r\n{header}\r\n\r\n0\r\n\r\n");
        Assert.Equal(status, response.Status);
        Assert.Equal(status == 200 ? 1 : 0, server.Arrivals.Count);
    }

    [Theory]
    [InlineData("a\tb", 200)]
    [InlineData("\u00fc\u00ff", 200)]
    [InlineData("a\u0001b", 400)]
    [InlineData("a\u000bb", 400)]
    [InlineData("a\u001fb", 400)]
    [InlineData("a\u007fb", 400)]
    public async Task TakesNoControlCharactersInAHeader(string value, int status)
    {
        await using var server = await Served();
        var response = await server.HttpAsync($"GET / HTTP/1.1\r\nHost: example.org\r\nX-Test: {value}\r\nConnection: close\r\n\r\n");
        Assert.Equal(status, response.Status);
    }

    [Theory]
    [InlineData(31, 200)]
    [InlineData(32, 400)]
    [InlineData(3000, 400)]
    public async Task TakesNoFloodOfNamesInConnection(int commas, int status)
    {
        await using var server = await Served();
        var response = await server.HttpAsync($"GET / HTTP/1.0\r\nHost: example.org\r\nConnection: x{new string(',', commas)}y\r\n\r\n");
        Assert.Equal(status, response.Status);
    }

    [Theory]
    [InlineData("{0}", 508)]
    [InlineData("other, {0}; v=1", 508)]
    [InlineData("other\r\nCDN-Loop: {0}", 508)]
    [InlineData("other", 200)]
    [InlineData("{0}x", 200)]
    [InlineData("x; {0}", 200)]
    public async Task TakesNoRequestThatHasPassedBefore(string mark, int status)
    {
        await using var server = await Served();
        var header = string.Format(System.Globalization.CultureInfo.InvariantCulture, mark, LoopMark.Token);
        var response = await server.HttpAsync($"GET / HTTP/1.1\r\nHost: example.org\r\nCDN-Loop: {header}\r\nConnection: close\r\n\r\n");
        Assert.Equal(status, response.Status);
        if (status == 508)
            Assert.Contains("\"code\": \"LOOP_DETECTED\"", response.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpensNoTunnelForAnotherProtocolThanWebSocket()
    {
        await using var server = await Served();
        using var connection = await RawConnection.OpenTlsAsync(
            server.HttpsPort, "example.org", SslApplicationProtocol.Http2, TestContext.Current.CancellationToken);
        var tls = connection.Stream;

        await tls.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await tls.WriteAsync(Frame(4, 0, 0, []), TestContext.Current.CancellationToken);
        byte[] head =
        [
            .. Field(":method", "CONNECT"), .. Field(":protocol", "connect-udp"), .. Field(":scheme", "https"), .. Field(":path", "/"),
            .. Field(":authority", "example.org"),
        ];
        await tls.WriteAsync(Frame(1, 4, 1, head), TestContext.Current.CancellationToken);

        // RFC 7541 §6.2.2: the status stands in the response's header block as text.
        Assert.Contains("501", await ReadHeadAsync(tls), StringComparison.Ordinal);
        Assert.Empty(server.Arrivals);
    }

    private static Task<EdgeServer> Served() =>
        EdgeServer.StartAsync(EdgeServer.Config(EdgeServer.Site("example.org") with { HttpsRedirect = false }));

    private static byte[] Frame(byte type, byte flags, byte stream, byte[] payload) =>
        [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, 0, 0, 0, stream, .. payload];

    // RFC 7541 §6.2.2: a literal field without indexing, name and value as they are.
    private static byte[] Field(string name, string value) =>
        [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    private static async Task<string> ReadHeadAsync(Stream stream)
    {
        var frame = new byte[9];
        while (true)
        {
            await stream.ReadExactlyAsync(frame, TestContext.Current.CancellationToken);
            var payload = new byte[(frame[0] << 16) | (frame[1] << 8) | frame[2]];
            await stream.ReadExactlyAsync(payload, TestContext.Current.CancellationToken);
            if (frame[3] == 1)
                return Encoding.Latin1.GetString(payload);
        }
    }
}
