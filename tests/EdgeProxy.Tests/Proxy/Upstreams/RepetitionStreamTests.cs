using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

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
        await using var upstream = RawUpstream.Start(async connection => heads.Enqueue(await connection.ReadHeadAsync()));
        await using var edge = await StartAsync(upstream, onASectionRoute);
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync($"{method} /x HTTP/1.1\r\nHost: site.test\r\n{length}\r\n");

        Assert.StartsWith("HTTP/1.1 502", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Single(heads);
        Assert.Contains("closed the connection without an answer (502)", Assert.Single(edge.Log.Warnings), StringComparison.Ordinal);
    }

    // A server sends session tickets behind the handshake: what comes first on a connection is no answer yet.
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
    public async Task AnUpstreamThatEndsANewTlsConnectionWithoutAnAnswerIsAskedOnce(string method, SslProtocols version, bool onASectionRoute)
    {
        using var certificate = UpstreamTls.Certificate("localhost");
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await using var tls = new SslStream(connection.Stream, leaveInnerStreamOpen: true);
            await tls.AuthenticateAsServerAsync(certificate, false, version, false);
            heads.Enqueue(await ReadHeadAsync(tls));
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
        using var certificate = UpstreamTls.Certificate("localhost");
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await using var tls = new SslStream(connection.Stream, leaveInnerStreamOpen: true);
            await tls.AuthenticateAsServerAsync(certificate);
            var isFirst = heads.IsEmpty;
            while (true)
            {
                heads.Enqueue(await ReadHeadAsync(tls));
                if (isFirst && heads.Count > 1)
                    return;
                await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), Cancel);
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
        await using var upstream = RawUpstream.Start(async connection =>
        {
            var isFirst = heads.IsEmpty;
            while (true)
            {
                heads.Enqueue(await connection.ReadHeadAsync());
                // The first connection is kept for one request, and ends with the second.
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
        await using var upstream = RawUpstream.Start(async connection => heads.Enqueue(await connection.ReadHeadAsync()));
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
        await using var upstream = RawUpstream.Recording(heads);
        await using var edge = await StartAsync(upstream, false);
        using var client = await RawConnection.OpenAsync(edge.Port, Cancel);
        await client.SendAsync("DELETE /x HTTP/1.1\r\nHost: site.test\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("Content-Length", Assert.Single(heads), StringComparison.OrdinalIgnoreCase);
    }

    private static Task<TestEdge> StartTlsAsync(RawUpstream upstream, X509Certificate2 certificate, bool onASectionRoute)
    {
        var address = new Uri($"https://localhost:{upstream.Port}");
        var section = Sections.Route(address);
        section["ReverseProxy:Clusters:one:HttpClient:DangerousAcceptAnyServerCertificate"] = "true";
        return TestEdge.StartAsync(
            TestEdge.Target(onASectionRoute ? RawUpstream.Refusing() : address),
            section: onASectionRoute ? section : null,
            services: services => UpstreamTls.Trust(services, certificate));
    }

    private static async Task<string> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, Cancel);
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    private static Task<TestEdge> StartAsync(RawUpstream upstream, bool onASectionRoute) => TestEdge.StartAsync(
        onASectionRoute ? TestEdge.Target(RawUpstream.Refusing()) : TestEdge.Target(upstream.Address),
        section: onASectionRoute ? Sections.Route(upstream.Address) : null);
}
