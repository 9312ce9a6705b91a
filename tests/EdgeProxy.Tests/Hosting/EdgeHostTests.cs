using System.Net;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Hosting.Reload;
using EdgeProxy.Http;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Mvc.Testing;

namespace EdgeProxy.Tests.Hosting;

public sealed class EdgeHostTests : IDisposable
{
    private readonly EdgeFactory _edge = new(
        Sites("""{ "local.internal": { "Upstream": "demo" }, "plain.internal": { "Upstream": "demo", "HttpsRedirect": false } }"""));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _edge.Dispose();

    [Fact]
    public async Task AnUnknownHostIsAnsweredBeforeAnyRedirect()
    {
        var response = await GetAsync("http://elsewhere.internal/");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.StartsWith(
            """{"data": null, "code": "NOT_FOUND", """, await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AChallengeIsAnsweredBeforeTheHostIsLookedAt()
    {
        _edge.Get<ChallengeTable>().Add("token", "token.thumbprint");

        Assert.Equal(
            "token.thumbprint",
            await Client().GetStringAsync(new Uri("http://elsewhere.internal/.well-known/acme-challenge/token"), Cancel));
    }

    [Fact]
    public async Task PlainHttpIsSentToHttps()
    {
        var response = await GetAsync("http://local.internal/a?b");

        Assert.Equal(HttpStatusCode.MovedPermanently, response.StatusCode);
        Assert.Equal("https://local.internal:8443/a?b", response.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task ASiteWithoutHttpsRedirectReachesItsUpstream()
    {
        var response = await GetAsync("http://plain.internal/a");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(
            "\"X-Forwarded-Host\": \"plain.internal\"", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AReloadThatIsTakenServesTheNewSiteWithACertificate()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("http://new.internal/")).StatusCode);
        _edge.Write(Sites("""{ "new.internal": { "Upstream": "demo" } }"""));

        Assert.Empty(await _edge.Get<ConfigReload>().RunAsync("test", Cancel));

        Assert.Equal(HttpStatusCode.MovedPermanently, (await GetAsync("http://new.internal/")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("http://local.internal/")).StatusCode);
        Assert.NotNull(_edge.Get<CertificateTable>().Find("new.internal"));
    }

    [Theory]
    [InlineData("{ not json")]
    [InlineData("""{ "EdgeProxy": { "Domains": { "x.internal": { "Upstream": "no url" } } } }""")]
    [InlineData("""{ "EdgeProxy": { "Domains": { "x.internal": { "Upstream": "demo" } } }, "Serilog": { "MinimumLevel": "Loud" } }""")]
    [InlineData("""
        {
          "EdgeProxy": { "Domains": { "x.internal": { "Upstream": "demo" } } },
          "ReverseProxy": { "Routes": { "r": { "ClusterId": "none", "Match": { "Path": "/" } } } }
        }
        """)]
    public async Task AReloadThatIsNotTakenLeavesTheLastGoodOneServing(string bad)
    {
        Assert.Equal(HttpStatusCode.MovedPermanently, (await GetAsync("http://local.internal/")).StatusCode);
        _edge.Write(bad);

        Assert.NotEmpty(await _edge.Get<ConfigReload>().RunAsync("test", Cancel));

        Assert.NotEmpty(_edge.Get<ConfigReload>().Errors);
        Assert.Equal(HttpStatusCode.MovedPermanently, (await GetAsync("http://local.internal/")).StatusCode);
        Assert.Null(_edge.Get<CurrentSites>().Table.Find("x.internal"));
    }

    [Fact]
    public async Task AReloadToAPortThatIsTakenSaysSoAndChangesNothing()
    {
        using var other = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        Assert.Equal(HttpStatusCode.MovedPermanently, (await GetAsync("http://local.internal/")).StatusCode);
        _edge.Write($$"""{ "EdgeProxy": { {{Ports(port)}}, "Domains": { "new.internal": { "Upstream": "demo" } } } }""");

        var error = Assert.Single(await _edge.Get<ConfigReload>().RunAsync("test", Cancel), each => each.Path == "EdgeProxy:HttpPort");

        Assert.Contains("in use", error.Message, StringComparison.Ordinal);
        Assert.Null(_edge.Get<CurrentSites>().Table.Find("new.internal"));
    }

    [Fact]
    public async Task WhatAReloadHasReadIsNoChangeAnyMore()
    {
        var reload = _edge.Get<ConfigReload>();
        _edge.Write(Sites("""{ "new.internal": { "Upstream": "demo" } }"""));
        Assert.Empty(await reload.RunAsync("test", Cancel));

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var change = reload.WaitForChangeAsync(stop.Token);

        Assert.False(change.IsCompleted);
        await stop.CancelAsync();
    }

    private static string Sites(string domains) => $$"""{ "EdgeProxy": { {{Ports(FreePort.Next())}}, "Domains": {{domains}} } }""";

    private static string Ports(int http) => $$"""
        "BindAddress": "127.0.0.1", "HttpPort": {{http}}, "HttpsPort": {{FreePort.Next()}}, "PublicHttpsPort": 8443, "Admin": { "Port": 0 }
        """;

    private HttpClient Client() => _edge.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });

    private Task<HttpResponseMessage> GetAsync(string url) => Client().GetAsync(new Uri(url), Cancel);
}
