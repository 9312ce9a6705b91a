using System.Collections.Concurrent;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Tests.Proxy.Upstreams;

public sealed class RepetitionStreamTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, bool> Requests
    {
        get
        {
            var rows = new TheoryData<string, string, bool>();
            foreach (var method in new[] { "GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "MKCOL" })
            {
                foreach (var length in new[] { "", "Content-Length: 0\r\n" })
                {
                    rows.Add(method, length, false);
                    rows.Add(method, length, true);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task AnUpstreamThatEndsANewConnectionWithoutAnAnswerIsAskedOnce(string method, string length, bool onASectionRoute)
    {
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawServer.Start(async connection => heads.Enqueue(await connection.ReadHeadAsync()));
        await using var edge = await StartAsync(upstream, onASectionRoute);
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync($"{method} /x HTTP/1.1\r\nHost: site.test\r\n{length}\r\n");

        Assert.StartsWith("HTTP/1.1 502", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Single(heads);
        Assert.Contains("closed the connection without an answer (502)", Assert.Single(edge.Log.Warnings), StringComparison.Ordinal);
    }

    // A TLS 1.3 server sends session tickets after the handshake, so the first bytes on a connection need not be an answer.
    [Theory]
    [InlineData("GET", SslProtocols.Tls12, false)]
    [InlineData("POST", SslProtocols.Tls12, false)]
    [InlineData("GET", SslProtocols.Tls13, false)]
    [InlineData("POST", SslProtocols.Tls13, false)]
    [InlineData("GET", SslProtocols.Tls12, true)]
    [InlineData("POST", SslProtocols.Tls12, true)]
    [InlineData("GET", SslProtocols.Tls13, true)]
    [InlineData("POST", SslProtocols.Tls13, true)]
    [InlineData("DELETE", SslProtocols.Tls13, true)]
    public async Task AnUpstreamThatEndsANewTlsConnectionWithoutAnAnswerIsAskedOnce(
        string method, SslProtocols version, bool onASectionRoute)
    {
        using var certificate = TestCa.CreateSelfSigned("localhost");
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawServer.Start(async connection =>
        {
            await connection.AuthenticateAsServerAsync(certificate, version);
            heads.Enqueue(await connection.ReadHeadAsync());
        });
        await using var edge = await StartTlsAsync(upstream, certificate, onASectionRoute);
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync($"{method} /x HTTP/1.1\r\nHost: site.test\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 502", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Single(heads);
        Assert.Contains("closed the connection without an answer (502)", Assert.Single(edge.Log.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", 200, false)]
    [InlineData("POST", 502, false)]
    [InlineData("GET", 200, true)]
    [InlineData("POST", 502, true)]
    public async Task OnlyASafeRequestIsSentAgainWhereAKeptTlsConnectionHasEnded(string method, int status, bool onASectionRoute)
    {
        using var certificate = TestCa.CreateSelfSigned("localhost");
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawServer.Start(async connection =>
        {
            await connection.AuthenticateAsServerAsync(certificate);
            var isFirst = heads.IsEmpty;
            while (true)
            {
                heads.Enqueue(await connection.ReadHeadAsync());
                if (isFirst && heads.Count > 1)
                    return;
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        });
        await using var edge = await StartTlsAsync(upstream, certificate, onASectionRoute);
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync("GET /first HTTP/1.1\r\nHost: site.test\r\n\r\n");
        await client.ReadHeadAsync();
        await client.SendAsync($"{method} /x HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status}", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal(status == 200 ? 2 : 1, heads.Count(head => head.Contains("/x", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("GET", 200)]
    [InlineData("HEAD", 200)]
    [InlineData("OPTIONS", 200)]
    [InlineData("POST", 502)]
    [InlineData("PUT", 502)]
    [InlineData("PATCH", 502)]
    [InlineData("DELETE", 502)]
    public async Task OnlyASafeRequestIsSentAgainWhereAKeptConnectionHasEnded(string method, int status)
    {
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawServer.Start(async connection =>
        {
            var isFirst = heads.IsEmpty;
            while (true)
            {
                heads.Enqueue(await connection.ReadHeadAsync());
                // The server keeps the first connection for one request and closes it at the second.
                if (isFirst && heads.Count > 1)
                    return;
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        });
        await using var edge = await StartAsync(upstream, false);
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync("GET /first HTTP/1.1\r\nHost: site.test\r\n\r\n");
        await client.ReadHeadAsync();
        await client.SendAsync($"{method} /x HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status}", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal(status == 200 ? 2 : 1, heads.Count(head => head.Contains("/x", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task ARequestOverHttp2WithoutABodyIsSentOnce(string method)
    {
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawServer.Start(async connection => heads.Enqueue(await connection.ReadHeadAsync()));
        await using var edge = await TestEdge.StartAsync(
            TestEdge.Target(upstream.Address), Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http2);
        using var client = edge.Client(HttpVersion.Version20);
        using var request = new HttpRequestMessage(new HttpMethod(method), "x")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        var answer = await client.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Single(heads);
    }

    [Fact]
    public async Task ADeletionGetsNoLengthThatTheClientDidNotSend()
    {
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawServer.Recording(heads);
        await using var edge = await StartAsync(upstream, false);
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync("DELETE /x HTTP/1.1\r\nHost: site.test\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("Content-Length", Assert.Single(heads), StringComparison.OrdinalIgnoreCase);
    }

    private static Task<TestEdge> StartTlsAsync(RawServer upstream, X509Certificate2 certificate, bool onASectionRoute)
    {
        var address = new Uri($"https://localhost:{upstream.Port}");
        var section = Sections.Route(address);
        section["ReverseProxy:Clusters:one:HttpClient:DangerousAcceptAnyServerCertificate"] = "true";
        return TestEdge.StartAsync(
            TestEdge.Target(onASectionRoute ? RawServer.Refusing() : address),
            section: onASectionRoute ? section : null,
            services: services => UpstreamTls.Trust(services, certificate));
    }

    private static Task<TestEdge> StartAsync(RawServer upstream, bool onASectionRoute) => TestEdge.StartAsync(
        onASectionRoute ? TestEdge.Target(RawServer.Refusing()) : TestEdge.Target(upstream.Address),
        section: onASectionRoute ? Sections.Route(upstream.Address) : null);
}
