using System.Net;

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
        Assert.Contains(await SendAsync(HttpMethod.Post, command: null), (HttpStatusCode[])[HttpStatusCode.Forbidden, HttpStatusCode.BadRequest]);

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
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/reload")]
    public async Task ThePublicPortsAreNoAdminPorts(string path)
    {
        var answer = await RawHttp.SendAsync(stage.Edge.HttpPort,
            $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-EdgeProxy-Command: reload\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
    }

    private async Task<HttpStatusCode> SendAsync(HttpMethod method, string? command, string? host = null)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method, new Uri($"http://127.0.0.1:{stage.Edge.AdminPort}/reload"));
        request.Headers.Host = host;
        if (command is not null) request.Headers.Add("X-EdgeProxy-Command", command);
        using var response = await client.SendAsync(request, Token);
        return response.StatusCode;
    }

    public sealed class Stage : IAsyncLifetime
    {
        private EdgeProxyInstance? _edge;

        public EdgeProxyInstance Edge => _edge!;

        public async ValueTask InitializeAsync()
        {
            _edge = new EdgeProxyInstance("""
                "Domains": { "one.test": { "Upstream": "demo", "Certificate": { "Source": "Internal" } } }
                """);
            await _edge.StartAsync();
        }

        public ValueTask DisposeAsync() => _edge?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
