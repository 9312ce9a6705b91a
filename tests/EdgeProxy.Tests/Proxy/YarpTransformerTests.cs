using System.Collections.Concurrent;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Tests.Proxy;

public sealed class YarpTransformerTests
{
    [Theory]
    [InlineData("Preserve", "Site.Test:1234", "Site.Test:1234")]
    [InlineData("Preserve", "site.test.", "site.test.")]
    [InlineData("PreserveWithPort", "Site.Test:1234", "site.test:{edge}")]
    [InlineData("PreserveWithPort", "site.test.", "site.test:{edge}")]
    [InlineData("PreserveWithPort", "[::1]:9", "[::1]:{edge}")]
    [InlineData("Upstream", "Site.Test", "127.0.0.1:{upstream}")]
    [InlineData("other.test:5", "Site.Test", "other.test:5")]
    public async Task SendsTheHostHeaderThatTheSiteAsksFor(string kind, string sent, string expected)
    {
        HostHeader host = kind switch
        {
            "Preserve" => new HostHeader.Preserve(),
            "PreserveWithPort" => new HostHeader.PreserveWithPort(),
            "Upstream" => new HostHeader.FromUpstream(),
            _ => new HostHeader.Literal(kind),
        };
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawServer.Recording(heads);
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(upstream.Address) with { HostHeader = host });
        await GetAsync(edge, $"Host: {sent}\r\n");
        Assert.Equal(
            expected
                .Replace("{edge}", $"{edge.Port}", StringComparison.Ordinal)
                .Replace("{upstream}", $"{upstream.Port}", StringComparison.Ordinal),
            Heads.Parse(heads.Single())["Host"]);
    }

    [Theory]
    [InlineData("Connection: X-Secret\r\nX-Secret: 1\r\n", "X-Secret")]
    [InlineData("X-Secret: 1\r\nConnection: x-other\r\nConnection: ,x-secret ,\r\n", "X-Secret")]
    [InlineData("Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n", "Keep-Alive")]
    [InlineData("Proxy-Connection: keep-alive\r\n", "Proxy-Connection")]
    [InlineData("TE: gzip\r\n", "TE")]
    [InlineData("Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAAA\r\n", "Upgrade")]
    [InlineData("Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAAA\r\n", "HTTP2-Settings")]
    [InlineData("Proxy-Authorization: Basic eDp5\r\n", "Proxy-Authorization")]
    public async Task KeepsWhatIsAboutOneConnectionOnly(string lines, string name) =>
        Assert.DoesNotContain(name, (await ReceivedAsync(lines)).Keys);

    [Theory]
    [InlineData("Upgrade-Insecure-Requests: 1", "Upgrade-Insecure-Requests", "1")]
    [InlineData("TE: trailers, deflate", "TE", "trailers")]
    [InlineData("Cookie: a=b; c=\"d\"", "Cookie", "a=b; c=\"d\"")]
    [InlineData("Authorization: Bearer x", "Authorization", "Bearer x")]
    [InlineData("Accept-Encoding: br, gzip", "Accept-Encoding", "br, gzip")]
    [InlineData("User-Agent: (((odd))) 1/2/3", "User-Agent", "(((odd))) 1/2/3")]
    [InlineData("Content-Type: text/x", "Content-Type", "text/x")]
    [InlineData("If-Modified-Since: never", "If-Modified-Since", "never")]
    [InlineData("X-Empty:", "X-Empty", "")]
    [InlineData("X-Latin: \u00e9\u00df", "X-Latin", "\u00e9\u00df")]
    [InlineData("X-Utf8: \u00c3\u00a9\u00e2\u0082\u00ac", "X-Utf8", "\u00c3\u00a9\u00e2\u0082\u00ac")]
    [InlineData(
        "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    public async Task PassesOtherHeadersAsTheyCame(string line, string name, string expected) =>
        Assert.Equal(expected, (await ReceivedAsync(line + "\r\n"))[name]);

    [Fact]
    public async Task AddsNothingThatTheClientDidNotSend()
    {
        string[] expected =
        [
            "CDN-Loop", "Host", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto", "X-Real-IP",
        ];
        Assert.Equal(expected, (await ReceivedAsync("")).Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task PassesTheHeadersOfAResponseAsTheyCame()
    {
        await using var upstream = RawServer.Answering(
            "HTTP/1.1 299 Odd Reason\r\nServer: nginx/1.2\r\nDate: Mon, 01 Jan 2001 00:00:00 GMT\r\n"
            + "Set-Cookie: a=1; Path=/\r\nSet-Cookie: b=2\r\nX-Latin: \u00e9\r\nX-Utf8: \u00c3\u00a9\r\nExpires: 0\r\n"
            + "Location: /%2f//x\r\nX-Mine: 1\r\nConnection: close, X-Mine\r\nKeep-Alive: timeout=5\r\n"
            + "Strict-Transport-Security: max-age=1\r\nContent-Length: 2\r\n\r\nok");
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        var answer = await GetAsync(edge, "Host: site.test\r\n");
        Assert.StartsWith("HTTP/1.1 299 Odd Reason\r\n", answer, StringComparison.Ordinal);
        var headers = Heads.Parse(answer.Split("\r\n\r\n")[0]);
        Assert.Equal("nginx/1.2", headers["Server"]);
        Assert.Equal("Mon, 01 Jan 2001 00:00:00 GMT", headers["Date"]);
        Assert.Equal("a=1; Path=/ | b=2", headers["Set-Cookie"]);
        Assert.Equal("\u00e9", headers["X-Latin"]);
        Assert.Equal("\u00c3\u00a9", headers["X-Utf8"]);
        Assert.Equal("0", headers["Expires"]);
        Assert.Equal("/%2f//x", headers["Location"]);
        Assert.Equal("max-age=1", headers["Strict-Transport-Security"]);
        Assert.DoesNotContain("X-Mine", headers.Keys);
        Assert.DoesNotContain("Keep-Alive", headers.Keys);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    [InlineData("PROPFIND")]
    [InlineData("purge")]
    public async Task ForwardsEveryMethod(string method)
    {
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawServer.Recording(heads);
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = await RawConnection.OpenAsync(edge.Port, TestContext.Current.CancellationToken);
        await client.SendAsync($"{method} /x HTTP/1.1\r\nHost: site.test\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.StartsWith($"{method} /x HTTP/1.1\r\n", heads.Single(), StringComparison.Ordinal);
        Assert.Equal("0", Heads.Parse(heads.Single())["Content-Length"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NeverSendsALengthWithAChunkedBody(bool section)
    {
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawServer.Start(async connection =>
        {
            heads.Enqueue(await connection.ReadHeadAsync());
            heads.Enqueue(await connection.ReadUntilAsync("0\r\n\r\n"));
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
        await using var edge = await TestEdge.StartAsync(
            TestEdge.Target(upstream.Address), section: section ? Sections.Route(upstream.Address) : null);
        using var client = await RawConnection.OpenAsync(edge.Port, TestContext.Current.CancellationToken);
        await client.SendAsync(
            "POST / HTTP/1.1\r\nHost: site.test\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await client.ReadHeadAsync(), StringComparison.Ordinal);
        var headers = Heads.Parse(heads.First());
        Assert.Equal("chunked", headers["Transfer-Encoding"]);
        Assert.DoesNotContain(headers.Keys, name => name.EndsWith("Content-Length", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("3\r\nabc\r\n0\r\n\r\n", heads.Last());
    }

    private static async Task<Dictionary<string, string>> ReceivedAsync(string lines)
    {
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawServer.Recording(heads);
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        await GetAsync(edge, "Host: site.test\r\n" + lines);
        return Heads.Parse(heads.Single());
    }

    private static async Task<string> GetAsync(TestEdge edge, string lines)
    {
        using var client = await RawConnection.OpenAsync(edge.Port, TestContext.Current.CancellationToken);
        await client.SendAsync($"GET / HTTP/1.1\r\n{lines}\r\n");
        var head = await client.ReadHeadAsync();
        return head + await client.ReadUntilAsync("ok");
    }
}
