using System.Net;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Tests.Http;

public sealed class RedirectTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a?b=c", "/a?b=c")]
    [InlineData("/%2F%2e%2e/;x//y/?q=%41{}|\"<>^`", "/%2F%2e%2e/;x//y/?q=%41{}|\"<>^`")]
    [InlineData("//evil.org/", "//evil.org/")]
    [InlineData("/\\evil.org", "/\\evil.org")]
    [InlineData("/a/../b", "/a/../b")]
    [InlineData("/a%0d%0aSet-Cookie:x", "/a%0d%0aSet-Cookie:x")]
    [InlineData("/%c3%bc%ff", "/%c3%bc%ff")]
    [InlineData("http://example.org", "/")]
    [InlineData("http://example.org?q", "/?q")]
    [InlineData("http://example.org/a%2fb?q", "/a%2fb?q")]
    [InlineData("http://user:pass@example.org/x", "/x")]
    public async Task KeepsPathAndQueryByteForByte(string target, string pathAndQuery)
    {
        await using var server = await EdgeServer.StartAsync(EdgeServer.Config(EdgeServer.Site("example.org")));
        var response = await server.HttpAsync($"GET {target} HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n");
        Assert.Equal((301, $"https://example.org{pathAndQuery}", ""), (response.Status, response.Header("Location"), response.Body));
        Assert.Equal("0", response.Header("Content-Length"));
        Assert.Null(response.Header("Server"));
        Assert.Empty(server.Arrivals);
    }

    [Theory]
    [InlineData("OPTIONS *", "https://example.org/")]
    [InlineData("HEAD /a", "https://example.org/a")]
    [InlineData("DELETE /a", "https://example.org/a")]
    public async Task RedirectsEveryMethod(string start, string location)
    {
        await using var server = await EdgeServer.StartAsync(EdgeServer.Config(EdgeServer.Site("example.org")));
        var response = await server.HttpAsync($"{start} HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n");
        Assert.Equal((301, location), (response.Status, response.Header("Location")));
    }

    [Theory]
    [InlineData("Example.ORG.:8080", "https://example.org:8443/a")]
    [InlineData("[0:0::1]:80", "https://[::1]:8443/a")]
    [InlineData("some.wild.org", "https://some.wild.org:8443/a")]
    public async Task NamesTheSitesHostAndThePublicPort(string host, string location)
    {
        var config = EdgeServer.Config(EdgeServer.Site("example.org", "::1", "*.wild.org") with { RedirectStatusCode = 308 });
        await using var server = await EdgeServer.StartAsync(config with { Listeners = config.Listeners with { PublicHttpsPort = 8443 } });
        var response = await server.HttpAsync(
            $"GET /a HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: evil.org\r\nConnection: close\r\n\r\n");
        Assert.Equal((308, location), (response.Status, response.Header("Location")));
    }

    [Theory]
    [InlineData("X-Forwarded-Proto: https\r\n", 200)]
    [InlineData("X-Forwarded-Proto: http, HTTPS\r\n", 200)]
    [InlineData("X-Forwarded-Proto: https, http\r\n", 301)]
    [InlineData("", 301)]
    public async Task BelievesATrustedProxyThatItWasHttps(string header, int status)
    {
        var config = EdgeServer.Config(EdgeServer.Site("example.org"));
        var request = $"GET / HTTP/1.1\r\nHost: example.org\r\n{header}Connection: close\r\n\r\n";
        await using var trusting = await EdgeServer.StartAsync(config with { TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")] });
        Assert.Equal(status, (await trusting.HttpAsync(request)).Status);
        await using var other = await EdgeServer.StartAsync(config);
        Assert.Equal(301, (await other.HttpAsync(request)).Status);
    }

    [Theory]
    [InlineData("https://target.org", "/a?b", "https://target.org/a?b")]
    [InlineData("https://target.org/", "/", "https://target.org/")]
    [InlineData("https://target.org/base/", "/a//b", "https://target.org/base/a//b")]
    [InlineData("http://target.org:8080/base", "/a", "http://target.org:8080/base/a")]
    [InlineData("https://b\u00fccher.example", "/%2f", "https://xn--bcher-kva.example/%2f")]
    [InlineData("https://[2001:db8::1]:8443", "/a", "https://[2001:db8::1]:8443/a")]
    public async Task SendsARedirectSiteToItsTarget(string target, string path, string location)
    {
        var site = EdgeServer.Site("example.org") with { Target = new SiteTarget.Redirect(new Uri(target)), RedirectStatusCode = 307 };
        await using var server = await EdgeServer.StartAsync(EdgeServer.Config(site));
        var request = $"GET {path} HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n";
        var response = await server.HttpsAsync(request);
        Assert.Equal((307, location), (response.Status, response.Header("Location")));
        Assert.Equal($"https://example.org{path}", (await server.HttpAsync(request)).Header("Location"));

        await using var plain = await EdgeServer.StartAsync(EdgeServer.Config(site with { HttpsRedirect = false }));
        Assert.Equal(location, (await plain.HttpAsync(request)).Header("Location"));
    }

    [Fact]
    public async Task ReadsSomeOfABodyThatItDoesNotWant()
    {
        await using var server = await EdgeServer.StartAsync(EdgeServer.Config(EdgeServer.Site("example.org")));
        var response = await server.HttpAsync(
            $"POST /a HTTP/1.1\r\nHost: example.org\r\nContent-Length: 500\r\n\r\n{new string('x', 500)}"
            + "GET /b HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n");
        Assert.Contains("Location: https://example.org/a\r\n", response.All, StringComparison.Ordinal);
        Assert.Equal("https://example.org/b", response.Header("Location"));
    }
}
