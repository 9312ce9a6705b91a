using System.Net;
using System.Text;

namespace EdgeProxy.EndToEnd;

/// <summary>The admin port: for this machine's owner, not for a page in a browser on it.</summary>
public sealed class AdminTests(AdminTests.Stage stage) : IClassFixture<AdminTests.Stage>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task ItSaysThatItIsWell(string path) => Assert.Equal(HttpStatusCode.OK, await stage.Edge.GetAdminAsync(path));

    [Fact]
    public async Task ACommandReloads() => Assert.Equal(HttpStatusCode.OK, await SendAsync(HttpMethod.Post, "reload"));

    [Fact]
    public async Task AReloadThatABrowserCouldSendByAccidentIsRefused() =>
        Assert.Contains(
            await SendAsync(HttpMethod.Post, command: null), (HttpStatusCode[])[HttpStatusCode.Forbidden, HttpStatusCode.BadRequest]);

    [Theory]
    [InlineData("evil.test")]
    [InlineData("one.test")]
    public async Task AReloadUnderAnotherNameIsRefused(string host)
    {
        var status = await SendAsync(HttpMethod.Post, "reload", $"{host}:{stage.Edge.AdminPort}");

        Assert.InRange((int)status, 400, 499);
    }

    [Fact]
    public async Task AReloadIsAPost() => Assert.Equal(HttpStatusCode.MethodNotAllowed, await SendAsync(HttpMethod.Get, "reload"));

    [Theory]
    [InlineData("GET", "/healthz")]
    [InlineData("GET", "/readyz")]
    [InlineData("POST", "/reload")]
    public async Task ThePublicPortsAreNoAdminPorts(string method, string path)
    {
        string Request(string host) => $"{method} {path} HTTP/1.1\r\nHost: {host}\r\nX-EdgeProxy-Command: reload\r\n"
            + "Content-Length: 0\r\nConnection: close\r\n\r\n";

        var https = await RawClient.SendAsync(stage.Edge.HttpsPort, Request("one.test"), "one.test");
        var http = await RawClient.SendAsync(stage.Edge.HttpPort, Request("plain.test"));
        var byAddress = await RawClient.SendAsync(stage.Edge.HttpPort, Request("127.0.0.1"));

        Assert.EndsWith($"upstream got {method} {path}", https.Text, StringComparison.Ordinal);
        Assert.EndsWith($"upstream got {method} {path}", http.Text, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404 ", byAddress.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARouteOfYarpsSectionIsServedBesideThem()
    {
        var answer = await RawClient.SendAsync(
            stage.Edge.HttpsPort, "GET /section/x HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n", "one.test");

        Assert.EndsWith("section got GET /section/x", answer.Text, StringComparison.Ordinal);
    }

    private async Task<HttpStatusCode> SendAsync(HttpMethod method, string? command, string? host = null)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method, new Uri($"http://127.0.0.1:{stage.Edge.AdminPort}/reload"));
        request.Headers.Host = host;
        if (command is not null)
            request.Headers.Add("X-EdgeProxy-Command", command);
        using var response = await client.SendAsync(request, Token);
        return response.StatusCode;
    }

    public sealed class Stage : IAsyncLifetime
    {
        private LocalServer? _upstream;
        private LocalServer? _section;
        private EdgeProxyInstance? _edge;

        public EdgeProxyInstance Edge => _edge!;

        public async ValueTask InitializeAsync()
        {
            _upstream = await StartServerAsync("upstream");
            _section = await StartServerAsync("section");
            _edge = new EdgeProxyInstance($$"""
                "Domains": {
                  "one.test": { "Upstream": "{{_upstream.Url}}", "Certificate": { "Source": "Internal" } },
                  "plain.test": { "Upstream": "{{_upstream.Url}}", "HttpsRedirect": false, "Certificate": { "Source": "Internal" } }
                }
                """)
            {
                // With routes of YARP's own section every request goes through routing, as those of the admin port do.
                OtherSections = $$"""
                    "ReverseProxy": {
                      "Routes": {
                        "section": { "ClusterId": "section", "Match": { "Hosts": [ "one.test" ], "Path": "/section/{**rest}" } }
                      },
                      "Clusters": { "section": { "Destinations": { "one": { "Address": "{{_section.Url}}/" } } } }
                    },
                    """,
            };
            await _edge.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (_edge is not null)
                await _edge.DisposeAsync();
            if (_section is not null)
                await _section.DisposeAsync();
            if (_upstream is not null)
                await _upstream.DisposeAsync();
        }

        private static Task<LocalServer> StartServerAsync(string name) => LocalServer.StartAsync(async context =>
        {
            var text = Encoding.ASCII.GetBytes($"{name} got {context.Request.Method} {context.Request.Path}");
            context.Response.ContentLength = text.Length;
            await context.Response.Body.WriteAsync(text);
        });
    }
}
