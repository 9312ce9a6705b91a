using System.Text;
using EdgeProxy.Configuration.Model;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Tests.Http;

public sealed class RejectionMiddlewareTests
{
    private const string Host = "Host: example.org\r\n";
    private const string TooLarge =
        """{"data": null, "code": "REQUEST_HEADER_FIELDS_TOO_LARGE", "message": "the head of the request is larger than allowed"}""";

    public static TheoryData<string, int, string> Refused() => new()
    {
        { "nonsense\r\n\r\n", 400, "BAD_REQUEST" },
        { "\u0000\u0001\u0002\r\n\r\n", 400, "BAD_REQUEST" },
        { "GET / HTTP/1.1\r\nHost example.org\r\n\r\n", 400, "BAD_REQUEST" },
        { $"GET / HTTP/1.1\r\n{Host}A: b\u0000c\r\n\r\n", 400, "BAD_REQUEST" },
        { $"GET / HTTP/1.1\r\n{Host}A: b\rc\r\n\r\n", 400, "BAD_REQUEST" },
        { $"GET / HTTP/9.9\r\n{Host}\r\n", 505, "HTTP_VERSION_NOT_SUPPORTED" },
        { $"POST / HTTP/1.1\r\n{Host}Content-Length: x\r\n\r\n", 400, "BAD_REQUEST" },
        { $"POST / HTTP/1.1\r\n{Host}Content-Length: -1\r\n\r\n", 400, "BAD_REQUEST" },
        { $"POST / HTTP/1.1\r\n{Host}Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "BAD_REQUEST" },
        { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: gzip\r\n\r\n", 400, "BAD_REQUEST" },
        { $"POST / HTTP/1.0\r\n{Host}\r\n", 400, "BAD_REQUEST" },
        { $"GET /{new string('a', 1024 * 1024)} HTTP/1.1\r\n{Host}\r\n", 431, "REQUEST_HEADER_FIELDS_TOO_LARGE" },
        { $"GET / HTTP/1.1\r\n{Host}A: {new string('a', 1024 * 1024)}\r\n\r\n", 431, "REQUEST_HEADER_FIELDS_TOO_LARGE" },
        { $"GET / HTTP/1.1\r\n{Host}{Many(10_000)}\r\n", 431, "REQUEST_HEADER_FIELDS_TOO_LARGE" },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task AnswersWhatTheServerRefuses(string request, int status, string code)
    {
        await using var server = await EdgeServer.StartAsync(Config());
        foreach (var response in new[] { await server.HttpAsync(request), await server.HttpsAsync(request) })
        {
            Assert.Equal(status, response.Status);
            Assert.StartsWith($$"""{"data": null, "code": "{{code}}", "message": """, response.Body, StringComparison.Ordinal);
            Assert.Equal("application/json", response.Header("Content-Type"));
            Assert.Equal($"{response.Body.Length}", response.Header("Content-Length"));
            Assert.Equal("close", response.Header("Connection"));
            Assert.NotNull(response.Header("Date"));
            Assert.Null(response.Header("Server"));
        }

        Assert.Empty(server.Arrivals);
        Assert.Empty(server.Log.Errors);
        Assert.All(await server.Log.AccessAsync(2), line => Assert.StartsWith("- 127.0.0.1 ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnswersHeadWithoutABody()
    {
        await using var server = await EdgeServer.StartAsync(Config());
        var response = await server.HttpAsync($"HEAD / HTTP/1.1\r\n{Host}{Many(3000)}\r\n");
        Assert.Equal((431, "", $"{TooLarge.Length}"), (response.Status, response.Body, response.Header("Content-Length")));
    }

    [Fact]
    public async Task AnswersOnceAfterTheAnswersOfEarlierRequests()
    {
        await using var server = await EdgeServer.StartAsync(Config());
        var good = $"GET / HTTP/1.1\r\n{Host}\r\n";
        var response = await server.HttpAsync($"{good}{good}bad\r\n\r\n{good}");
        Assert.Equal(["200 OK", "200 OK", "400 Bad Request"], StatusLines(response));
    }

    [Fact]
    public async Task AnswersARequestThatDoesNotComeToAnEnd()
    {
        await using var server = await EdgeServer.StartAsync(
            Config(), kestrel: options => options.Limits.RequestHeadersTimeout = TimeSpan.FromMilliseconds(500));
        var response = await server.HttpAsync($"GET / HTTP/1.1\r\n{Host}");
        Assert.Equal(408, response.Status);
        Assert.Equal("""{"data": null, "code": "REQUEST_TIMEOUT", "message": "the request did not arrive in time"}""", response.Body);
    }

    [Fact]
    public async Task SaysNothingIntoAResponseThatHasStarted()
    {
        await using var server = await EdgeServer.StartAsync(Config(), async context =>
        {
            await context.Response.WriteAsync("half");
            await context.Request.Body.CopyToAsync(Stream.Null);
        });
        var response = await server.HttpAsync($"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: chunked\r\n\r\nzzz\r\n");
        Assert.DoesNotContain("data", response.All, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\n0\r\n\r\n", response.All, StringComparison.Ordinal);
        Assert.InRange(StatusLines(response).Count(), 0, 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnUpgradedConnectionPassesUntouched(bool tls)
    {
        await using var server = await EdgeServer.StartAsync(Config(), async context =>
        {
            var upgrade = context.Features.Get<IHttpUpgradeFeature>()!;
            await using var echo = await upgrade.UpgradeAsync();
            await echo.CopyToAsync(echo, TestContext.Current.CancellationToken);
        });
        using var client = await (tls
            ? RawConnection.OpenTlsAsync(server.HttpsPort, "example.org", TestContext.Current.CancellationToken)
            : RawConnection.OpenAsync(server.HttpPort, TestContext.Current.CancellationToken));
        await client.SendAsync($"GET / HTTP/1.1\r\n{Host}Connection: Upgrade\r\nUpgrade: echo\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 101 ", await client.ReadHeadAsync(), StringComparison.Ordinal);

        var sent = new byte[1024 * 1024];
        new Random(1).NextBytes(sent);
        var sending = client.Stream.WriteAsync(sent, TestContext.Current.CancellationToken);
        var received = await client.ReadAsync(sent.Length);
        await sending;
        Assert.Equal(sent, Encoding.Latin1.GetBytes(received));
    }

    private static EdgeConfig Config() => EdgeServer.Config(EdgeServer.Site("example.org") with { HttpsRedirect = false });

    private static string Many(int count) => string.Concat(Enumerable.Range(0, count).Select(number => $"A{number}: b\r\n"));

    private static IEnumerable<string> StatusLines(RawResponse response) =>
        response.All.Split("HTTP/1.1 ").Skip(1).Select(text => text.Split("\r\n")[0]);
}
