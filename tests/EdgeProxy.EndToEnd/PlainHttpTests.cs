using System.Text.RegularExpressions;

namespace EdgeProxy.EndToEnd;

/// <summary>Port 80: challenge, redirect, unknown hosts.</summary>
public sealed partial class PlainHttpTests(PlainHttpTests.Stage stage) : IClassFixture<PlainHttpTests.Stage>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/a/b?c=d")]
    [InlineData("/a%2Fb;c=1/%2e%2e/d?x=%41{}&y=/../z#")]
    [InlineData("//double//slashes?")]
    [InlineData("/%C3%A9/%e2%82%ac?%ff")]
    [InlineData("/a/../b/./c")]
    [InlineData("/.well-known/security.txt")]
    [InlineData("/?next=https://evil.test/")]
    [InlineData("/\\evil.test")]
    public async Task AConfiguredHostIsSentToHttpsWithPathAndQueryUnchanged(string target)
    {
        var answer = await SendAsync(target, "Host: one.test");

        Assert.StartsWith("HTTP/1.1 301 ", answer, StringComparison.Ordinal);
        Assert.Equal($"https://one.test:{stage.Edge.HttpsPort}{target}", Header(answer, "Location"));
    }

    [Theory]
    [InlineData("Host: ONE.test")]
    [InlineData("Host: one.test.")]
    [InlineData("Host: one.test:8080")]
    [InlineData("Host: one.test\r\nX-Forwarded-Host: evil.test\r\nX-Forwarded-Proto: https\r\nForwarded: host=evil.test")]
    public async Task TheRedirectNamesTheSiteHoweverTheHostIsWritten(string headers)
    {
        var answer = await SendAsync("/x", headers);

        Assert.StartsWith("HTTP/1.1 301 ", answer, StringComparison.Ordinal);
        Assert.Equal($"https://one.test:{stage.Edge.HttpsPort}/x", Header(answer, "Location"));
    }

    [Theory]
    [InlineData("Host: evil.test")]
    [InlineData("Host: one.test.evil.test")]
    [InlineData("Host: evil.test\r\nX-Forwarded-Host: one.test")]
    [InlineData("Host: [::1]:80")]
    [InlineData("Host: 127.0.0.1")]
    public async Task AHostThatNoSiteHasIsNotFound(string headers)
    {
        var answer = await SendAsync("/", headers);

        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
        Assert.Equal("application/json", Header(answer, "Content-Type"));
        Assert.Null(Header(answer, "Location"));
        Assert.Null(Header(answer, "Server"));
        Assert.Matches(
            """^\{"data": null, "code": "NOT_FOUND", "message": "[^"]+"\}$""",
            answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Host: one.test\r\nHost: one.test")]
    [InlineData("Host: one.test\r\nHost: evil.test")]
    [InlineData("Host: one.test, evil.test")]
    [InlineData("Host: one.test/evil")]
    [InlineData("Host: user@one.test")]
    public async Task AHostThatIsNoHostIsRefused(string headers)
    {
        var answer = await SendAsync("/", headers);

        Assert.Matches("^HTTP/1.1 40[04] ", answer);
        Assert.Null(Header(answer, "Location"));
    }

    [Fact]
    public async Task AForgedHostBesideAnAbsoluteTargetNeverLeadsElsewhere()
    {
        var answer = await SendAsync("http://one.test/x", "Host: evil.test");

        Assert.DoesNotContain("evil.test", Header(answer, "Location") ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one.test")]
    [InlineData("evil.test")]
    public async Task AnUnknownChallengeTokenIsNotFoundAndNeverRedirected(string host)
    {
        var answer = await SendAsync("/.well-known/acme-challenge/0123456789abcdef", $"Host: {host}");

        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
        Assert.Null(Header(answer, "Location"));
    }

    [Theory]
    [InlineData("/.well-known/acme-challenge/../..")]
    [InlineData("/.well-known/acme-challenge/../../etc/passwd")]
    [InlineData("/.well-known/acme-challenge/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/.well-known/acme-challenge/..%2f..%2fetc%2fpasswd")]
    [InlineData("/.well-known/acme-challenge/")]
    public async Task TheChallengeFolderCannotBeLeftAndIsNeverRedirected(string target)
    {
        var answer = await SendAsync(target, "Host: one.test");

        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
        Assert.Null(Header(answer, "Location"));
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlainHttpNeverReachesTheUpstreamOfASiteThatRedirects()
    {
        var before = stage.UpstreamRequests;

        await SendAsync("/", "Host: one.test");
        await SendAsync("/", "Host: evil.test");

        Assert.Equal(before, stage.UpstreamRequests);
    }

    [Fact]
    public async Task ASiteMayServePlainHttpItself()
    {
        var answer = await SendAsync("/x", "Host: plain.test");

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("upstream", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASiteChoosesItsRedirectStatus()
    {
        var answer = await SendAsync("/x", "Host: kept.test");

        Assert.StartsWith("HTTP/1.1 308 ", answer, StringComparison.Ordinal);
    }

    private async Task<string> SendAsync(string target, string headers)
    {
        var lines = headers.Length > 0 ? headers + "\r\n" : "";
        var answer = await RawClient.SendAsync(stage.Edge.HttpPort, $"GET {target} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n");
        return answer.Text;
    }

    private static string? Header(string answer, string name)
    {
        var match = HeaderLine().Matches(answer[..(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 2)])
            .FirstOrDefault(m => m.Groups[1].Value.Equals(name, StringComparison.OrdinalIgnoreCase));
        return match?.Groups[2].Value;
    }

    [GeneratedRegex("\n([^:\r\n]+): ([^\r\n]*)")]
    private static partial Regex HeaderLine();

    public sealed class Stage : IAsyncLifetime
    {
        private LocalServer? _upstream;
        private EdgeProxyInstance? _edge;
        private int _upstreamRequests;

        public EdgeProxyInstance Edge => _edge!;

        public int UpstreamRequests => Volatile.Read(ref _upstreamRequests);

        public async ValueTask InitializeAsync()
        {
            _upstream = await LocalServer.StartAsync(async context =>
            {
                Interlocked.Increment(ref _upstreamRequests);
                context.Response.ContentLength = 8;
                await context.Response.Body.WriteAsync("upstream"u8.ToArray());
            });
            _edge = new EdgeProxyInstance($$"""
                "Domains": {
                  "one.test": { "Upstream": "{{_upstream.Url}}", "Certificate": { "Source": "Internal" } },
                  "kept.test": { "Upstream": "{{_upstream.Url}}", "Certificate": { "Source": "Internal" }, "RedirectStatusCode": 308 },
                  "plain.test": { "Upstream": "{{_upstream.Url}}", "Certificate": { "Source": "Internal" }, "HttpsRedirect": false }
                }
                """);
            await _edge.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (_edge is not null)
                await _edge.DisposeAsync();
            if (_upstream is not null)
                await _upstream.DisposeAsync();
        }
    }
}
