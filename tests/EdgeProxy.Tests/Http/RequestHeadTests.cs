using System.Net;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Http;
using Microsoft.AspNetCore.Http;

namespace EdgeProxy.Tests.Http;

public sealed class RequestHeadTests
{
    private const string TooLarge =
        """{"data": null, "code": "REQUEST_HEADER_FIELDS_TOO_LARGE", "message": "the head of the request is larger than allowed"}""";

    // "GET /", and in HTTP/1 the headers Host and Connection, are there as well.
    public static TheoryData<string, int, int, int, bool> Heads() => new()
    {
        { "a path of the greatest length", RequestHead.MaxLineSize - "GET/".Length, 0, 0, true },
        { "a longer path", RequestHead.MaxLineSize - "GET".Length, 0, 0, false },
        { "a path of 20 KB", 20 * 1024, 0, 0, false },
        { "a path of 100 KB", 100 * 1024, 0, 0, false },
        { "a header of 32,000 bytes", 0, 1, 32_000, true },
        { "a header of 32 KB", 0, 1, RequestHead.MaxHeadersSize, false },
        { "a header of 40 KB", 0, 1, 40 * 1024, false },
        { "a header of 100 KB", 0, 1, 100 * 1024, false },
        { "150 headers of 200 bytes", 0, 150, 200, true },
        { "150 headers of 250 bytes", 0, 150, 250, false },
        { "198 headers", 0, 198, 1, true },
        { "200 headers beside Host", 0, 200, 1, false },
        { "300 headers", 0, 300, 1, false },
        { "900 headers", 0, 900, 1, false },
    };

    [Theory]
    [MemberData(nameof(Heads))]
    public async Task OverTheLimitIsAnsweredOverHttp1(string what, int path, int headers, int size, bool fits)
    {
        await using var server = await EdgeServer.StartAsync(Config());
        var lines = string.Concat(Enumerable.Range(0, headers).Select(number => $"a{number}: {new string('x', size)}\r\n"));
        var request = $"GET /{new string('p', path)} HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n{lines}\r\n";

        foreach (var response in new[] { await server.HttpAsync(request), await server.HttpsAsync(request) })
        {
            Assert.Equal((fits ? 200 : 431, fits ? "from the end" : TooLarge), (response.Status, response.Body));
            if (!fits)
                Assert.Equal("application/json", response.Header("Content-Type"));
        }

        Assert.Equal(fits ? 2 : 0, server.Arrivals.Count);
        Assert.All(await server.Log.AccessAsync(2), line => AssertLogged(line, what, "HTTP/1.1", fits));
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public async Task OverTheLimitIsAnsweredOverHttp2AndHarmsNoOtherStream(string what, int path, int headers, int size, bool fits)
    {
        var connections = 0;
        var release = new TaskCompletionSource();
        await using var server = await EdgeServer.StartAsync(
            Config(),
            context => context.Request.Path == "/other"
                ? AnswerLaterAsync(context, release.Task)
                : context.Response.WriteAsync("from the end"),
            wrap: next => connection =>
            {
                Interlocked.Increment(ref connections);
                return next(connection);
            });
        using var client = Http2Client.Create();
        using var other = await client.GetAsync(
            Url(server, "other"), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        using var request = new HttpRequestMessage(HttpMethod.Get, Url(server, new string('p', path)))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        for (var number = 0; number < headers; number++)
            request.Headers.Add($"a{number}", new string('x', size));
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        // The stream is released before anything is asserted: a failure would leave the server waiting for it.
        release.SetResult();

        Assert.Equal(fits ? HttpStatusCode.OK : HttpStatusCode.RequestHeaderFieldsTooLarge, response.StatusCode);
        Assert.Equal(fits ? "from the end" : TooLarge, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        if (!fits)
            Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        AssertLogged(
            Assert.Single(await server.Log.AccessAsync(2), line => !line.Contains("/other", StringComparison.Ordinal)),
            what,
            "HTTP/2",
            fits);
        Assert.Equal("unharmed", await other.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(1, connections);
    }

    [Fact]
    public async Task CountsTheMethodToo()
    {
        await using var server = await EdgeServer.StartAsync(Config());
        var response = await server.HttpAsync($"{new string('M', 20_000)} / HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n");
        Assert.Equal((431, TooLarge), (response.Status, response.Body));
    }

    [Fact]
    public async Task CountsEveryLineOfAHeader()
    {
        await using var server = await EdgeServer.StartAsync(Config());
        var lines = string.Concat(Enumerable.Repeat("same: x\r\n", 250));
        var response = await server.HttpAsync($"GET / HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n{lines}\r\n");
        Assert.Equal((431, TooLarge), (response.Status, response.Body));
    }

    private static EdgeConfig Config() => EdgeServer.Config(EdgeServer.Site("example.org") with { HttpsRedirect = false });

    private static Uri Url(EdgeServer server, string path) => new($"https://example.org:{server.HttpsPort}/{path}");

    private static async Task AnswerLaterAsync(HttpContext context, Task release)
    {
        await context.Response.Body.FlushAsync();
        await release;
        await context.Response.WriteAsync("unharmed");
    }

    private static void AssertLogged(string line, string what, string protocol, bool fits)
    {
        Assert.StartsWith("example.org 127.0.0.1 \"GET /", line, StringComparison.Ordinal);
        Assert.True(line.Contains($" {protocol}\" {(fits ? 200 : 431)} ", StringComparison.Ordinal), $"{what}: {line}");
    }
}
