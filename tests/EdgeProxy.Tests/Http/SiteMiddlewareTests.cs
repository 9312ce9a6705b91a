using System.Net;
using System.Net.WebSockets;
using EdgeProxy.Configuration.Model;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Tests.Http;

public sealed class SiteMiddlewareTests
{
    private const string NotFound = """{"data": null, "code": "NOT_FOUND", "message": "nothing is served at this address"}""";

    [Theory]
    [InlineData("example.org")]
    [InlineData("example.org:8080")]
    [InlineData("EXAMPLE.org")]
    [InlineData("example.org.")]
    [InlineData("Example.Org.:80")]
    [InlineData("www.example.org")]
    [InlineData("[::1]")]
    [InlineData("[0:0:0:0:0:0:0:1]:8080")]
    [InlineData("anything.wild.example.org")]
    public async Task AcceptsAHost(string host)
    {
        await using var server = await Served();
        var response = await server.HttpAsync($"GET /a HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        Assert.Equal(200, response.Status);
        Assert.Equal(host, Assert.Single(server.Arrivals).Site!.ClientHost);
    }

    [Theory]
    [InlineData("other.org")]
    [InlineData("")]
    [InlineData("127.0.0.1")]
    [InlineData("example.org.evil.org")]
    [InlineData("xexample.org")]
    [InlineData("[::2]")]
    [InlineData("two.labels.wild.example.org")]
    [InlineData("wild.example.org")]
    [InlineData("a'b.wild.example.org")]
    [InlineData(".wild.example.org")]
    [InlineData("example.org..")]
    public async Task RefusesAHostNoSiteHas(string host)
    {
        await using var server = await Served();
        foreach (var response in new[]
        {
            await server.HttpAsync($"GET /a HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
            await server.HttpsAsync($"GET /a HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        })
        {
            Assert.Equal((404, NotFound), (response.Status, response.Body));
            Assert.Null(response.Header("Location"));
        }

        Assert.Empty(server.Arrivals);
    }

    [Theory]
    [InlineData("Host: example.org\r\nHost: example.org\r\n")]
    [InlineData("Host: example.org\r\nHost: other.org\r\n")]
    [InlineData("")]
    [InlineData("Host: user@example.org\r\n")]
    [InlineData("Host: example.org/path\r\n")]
    [InlineData("Host: example.org:port\r\n")]
    [InlineData("Host: example.org example.org\r\n")]
    [InlineData("Host: exa\u00e4mple.org\r\n")]
    [InlineData("Host : example.org\r\n")]
    [InlineData("Host: *.wild.example.org\r\n")]
    [InlineData("Host: example.org\r\n Folded: yes\r\n")]
    public async Task RefusesAMalformedHost(string header)
    {
        await using var server = await Served();
        var response = await server.HttpAsync($"GET /a HTTP/1.1\r\n{header}Connection: close\r\n\r\n");
        Assert.Equal(400, response.Status);
        Assert.Equal("""{"data": null, "code": "BAD_REQUEST", "message": "the request is malformed"}""", response.Body);
        Assert.Empty(server.Arrivals);
    }

    [Fact]
    public async Task RefusesHttp10WithoutAHost()
    {
        await using var server = await Served();
        Assert.Equal((404, NotFound), Answer(await server.HttpAsync("GET / HTTP/1.0\r\n\r\n")));
    }

    [Fact]
    public async Task ServesHttp10WithAHost()
    {
        await using var server = await Served();
        Assert.Equal((200, "from the end"), Answer(await server.HttpAsync("GET / HTTP/1.0\r\nHost: example.org\r\n\r\n")));
    }

    [Theory]
    [InlineData("http://example.org/a?b", "example.org", 200)]
    [InlineData("http://example.org:80/a", "example.org", 200)]
    [InlineData("http://other.org/a", "example.org", 400)]
    [InlineData("http://example.org/a", "other.org", 400)]
    [InlineData("http://user@example.org/a", "example.org", 200)]
    [InlineData("http://other.org/a", "other.org", 404)]
    public async Task AnAbsoluteTargetCannotNameAnotherHostThanTheHeader(string target, string host, int status)
    {
        await using var server = await Served();
        Assert.Equal(status, (await server.HttpAsync($"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")).Status);
    }

    [Theory]
    [InlineData("CONNECT example.org:443", "example.org:443", 501)]
    [InlineData("OPTIONS *", "example.org", 200)]
    [InlineData("GET *", "example.org", 400)]
    [InlineData("GET nothing", "example.org", 400)]
    [InlineData("GET /a\u0001b", "example.org", 400)]
    [InlineData("GET /a\tb", "example.org", 400)]
    [InlineData("GET /a\u007fb", "example.org", 400)]
    [InlineData("GET /a\rb", "example.org", 400)]
    [InlineData("GET /a b", "example.org", 400)]
    [InlineData("GET /\u00fc", "example.org", 400)]
    [InlineData("GET /a%00b", "example.org", 400)]
    [InlineData("GET /%2e%2e/%2F;x//y?q=%41{}|", "example.org", 200)]
    public async Task JudgesTheTarget(string start, string host, int status)
    {
        await using var server = await Served();
        var response = await server.HttpAsync($"{start} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        Assert.Equal(status, response.Status);
        if (status == 200)
            Assert.Equal(start.Split(' ')[1], Assert.Single(server.Arrivals).RawTarget);
    }

    [Fact]
    public async Task RefusesAnotherHostOnAConnectionForAnotherCertificate()
    {
        await using var server = await EdgeServer.StartAsync(
            EdgeServer.Config(EdgeServer.Site("example.org"), EdgeServer.Site("shared.org"), EdgeServer.Site("two.org")),
            sharesCertificate: (tlsName, host) => (HostName.FromWire(tlsName), host) == ("example.org", "shared.org"));

        Assert.Equal(200, (await server.HttpsAsync(Get("EXAMPLE.org:8443"), "Example.ORG")).Status);
        Assert.Equal(200, (await server.HttpsAsync(Get("shared.org"))).Status);
        Assert.Equal(
            (421, """{"data": null, "code": "MISDIRECTED_REQUEST", "message": "the connection was made for another host"}"""),
            Answer(await server.HttpsAsync(Get("two.org"))));
        Assert.Equal(404, (await server.HttpsAsync(Get("unknown.org"))).Status);
        Assert.Equal(200, (await server.HttpsAsync(Get("example.org"), "")).Status);
        Assert.Equal(421, (await server.HttpsAsync(Get("two.org"), "")).Status);
    }

    [Fact]
    public async Task BelievesTheForwardedAddressOfATrustedPeerOnly()
    {
        const string Request = "GET / HTTP/1.1\r\nHost: example.org\r\n"
            + "X-Forwarded-For: 1.1.1.1, 203.0.113.9\r\nX-Forwarded-For: 10.0.0.1\r\nConnection: close\r\n\r\n";
        await using var direct = await Served();
        await direct.HttpAsync(Request);
        var site = Assert.Single(direct.Arrivals).Site!;
        Assert.Equal((false, IPAddress.Loopback), (site.PeerIsTrusted, site.ClientAddress));

        var config = Plain() with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8")] };
        await using var behind = await EdgeServer.StartAsync(config);
        await behind.HttpAsync(Request);
        site = Assert.Single(behind.Arrivals).Site!;
        Assert.Equal((true, IPAddress.Parse("203.0.113.9")), (site.PeerIsTrusted, site.ClientAddress));
    }

    [Fact]
    public async Task RefusesABodyOverTheLimitAtOnce()
    {
        await using var server = await Served();
        var response = await server.HttpAsync(
            "POST / HTTP/1.1\r\nHost: example.org\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n");
        Assert.Equal(413, response.Status);
        Assert.Equal(
            """{"data": null, "code": "PAYLOAD_TOO_LARGE", "message": "the request body is larger than allowed"}""", response.Body);
        Assert.Equal("close", response.Header("Connection"));
        Assert.DoesNotContain("100 Continue", response.All, StringComparison.Ordinal);
        Assert.Empty(server.Arrivals);
    }

    [Theory]
    [InlineData(1000, 200)]
    [InlineData(1001, 413)]
    [InlineData(5_000_000, 413)]
    public async Task TheAnswerReachesAClientThatIsStillSending(int length, int status)
    {
        await using var server = await Served();
        var request = $"POST / HTTP/1.1\r\nHost: example.org\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            + new string('x', length);
        foreach (var response in new[] { await server.HttpAsync(request), await server.HttpsAsync(request) })
        {
            Assert.Equal(status, response.Status);
            Assert.True(response.SentAll);
        }
    }

    [Theory]
    [InlineData(1000, 200)]
    [InlineData(1001, 413)]
    [InlineData(5_000, 413)]
    [InlineData(2_000_000, 413)]
    public async Task LimitsAChunkedBodyByWhatIsInTheChunks(int length, int status)
    {
        await using var server = await Served();
        var chunks = string.Concat(Enumerable.Repeat("2\r\nxx\r\n", length / 2)) + (length % 2 == 0 ? "" : "1\r\nx\r\n");
        var response = await server.HttpAsync(
            $"POST / HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{chunks}0\r\n\r\n");
        Assert.Equal(status, response.Status);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task JudgesHttp2Alike()
    {
        await using var server = await EdgeServer.StartAsync(EdgeServer.Config(EdgeServer.Site("example.org"), EdgeServer.Site("two.org")));
        using var client = Http2Client.Create();
        (string, int, int)[] cases = [("example.org", 1000, 200), ("EXAMPLE.org:1", 1001, 413), ("two.org", 1, 421), ("a.org", 1, 404)];
        foreach (var (host, size, status) in cases)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"https://example.org:{server.HttpsPort}/"))
            {
                Content = new ByteArrayContent(new byte[size]),
                Headers = { Host = host },
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal((host, status), (host, (int)response.StatusCode));
        }

        Assert.Empty(server.Log.Warnings);
    }

    [Fact]
    public async Task DoesNotLimitAWebSocketOverHttp2()
    {
        await using var server = await EdgeServer.StartAsync(EdgeServer.Config(EdgeServer.Site("example.org")), async context =>
        {
            var connect = context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>();
            using var socket = WebSocket.CreateFromStream(await connect.AcceptAsync(), new WebSocketCreationOptions { IsServer = true });
            var buffer = new byte[5000];
            for (var read = 0; read < buffer.Length;)
                read += (await socket.ReceiveAsync(buffer.AsMemory(read), context.RequestAborted)).Count;
            await socket.SendAsync(buffer, WebSocketMessageType.Binary, true, context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        });
        using var invoker = Http2Client.Create();
        using var client = new ClientWebSocket();
        client.Options.HttpVersion = HttpVersion.Version20;
        client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await client.ConnectAsync(new Uri($"wss://example.org:{server.HttpsPort}/"), invoker, TestContext.Current.CancellationToken);
        await client.SendAsync(new byte[5000], WebSocketMessageType.Binary, true, TestContext.Current.CancellationToken);
        var received = await client.ReceiveAsync(new byte[5000], TestContext.Current.CancellationToken);
        Assert.Equal(WebSocketMessageType.Binary, received.MessageType);
    }

    [Fact]
    public async Task HasNoLimitWhereTheSiteHasNone()
    {
        await using var server = await EdgeServer.StartAsync(
            EdgeServer.Config(EdgeServer.Site("example.org") with { MaxRequestBodySize = null, HttpsRedirect = false }),
            kestrel: options => options.Limits.MaxRequestBodySize = 10);
        var response = await server.HttpAsync(
            $"POST / HTTP/1.1\r\nHost: example.org\r\nContent-Length: 5000000\r\nConnection: close\r\n\r\n{new string('x', 5_000_000)}");
        Assert.Equal(200, response.Status);
    }

    [Fact]
    public async Task UsesTheSitesOwnErrorBody()
    {
        var site = EdgeServer.Site("example.org") with
        {
            HttpsRedirect = false,
            Errors = new ErrorBodies([new ErrorBodies.Body(413, [.. "{\"own\": true}"u8])]),
        };
        await using var server = await EdgeServer.StartAsync(EdgeServer.Config(site));
        var response = await server.HttpAsync("POST / HTTP/1.1\r\nHost: example.org\r\nContent-Length: 9999\r\nConnection: close\r\n\r\n");
        Assert.Equal((413, "{\"own\": true}"), Answer(response));
        Assert.Equal("application/json", response.Header("Content-Type"));
    }

    private static (int Status, string Body) Answer(RawResponse response) => (response.Status, response.Body);

    private static string Get(string host) => $"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n";

    private static EdgeConfig Plain() => EdgeServer.Config(
        EdgeServer.Site("example.org", "www.example.org", "::1", "*.wild.example.org") with { HttpsRedirect = false });

    private static Task<EdgeServer> Served() => EdgeServer.StartAsync(Plain());
}
