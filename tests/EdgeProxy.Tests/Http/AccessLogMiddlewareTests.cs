using System.Net;
using System.Text.RegularExpressions;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Observability;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace EdgeProxy.Tests.Http;

public sealed class AccessLogMiddlewareTests
{
    private const string Get = "GET /a?b HTTP/1.1\r\nHost: www.example.org\r\nConnection: close\r\n\r\n";

    [Fact]
    public async Task WritesOneLineForARequest()
    {
        await using var server = await StartAsync(context =>
        {
            RequestNotes.Of(context).Upstream = "http://api:8071";
            return context.Response.WriteAsync("hello");
        });
        await server.HttpAsync(Get);
        var line = Assert.Single(await server.Log.AccessAsync(1));
        Assert.Matches("""^example\.org 127\.0\.0\.1 "GET /a\?b HTTP/1\.1" 200 5 \d+\.\dms http://api:8071 done$""", line);
    }

    [Fact]
    public async Task NamesTheClientBehindATrustedProxy()
    {
        await using var server = await EdgeServer.StartAsync(Config() with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] });
        await server.HttpAsync(Get.Replace("\r\n\r\n", "\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n", StringComparison.Ordinal));
        Assert.StartsWith("example.org 203.0.113.9 ", Assert.Single(await server.Log.AccessAsync(1)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: unknown.org\r\nConnection: close\r\n\r\n", "^- 127.0.0.1 \"GET / HTTP/1.1\" 404 \\d\\d ")]
    [InlineData("HEAD / HTTP/1.1\r\nHost: unknown.org\r\nConnection: close\r\n\r\n", "^- 127.0.0.1 \"HEAD / HTTP/1.1\" 404 0 ")]
    [InlineData(
        "GET /\"\\\u001b[0m\u0007 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "\"GET /\\\\u0022\\\\u005c\\\\u001b\\[0m\\\\u0007 HTTP")]
    public async Task SaysWhatCameAndWhatWasAnswered(string request, string pattern)
    {
        await using var server = await StartAsync(_ => Task.CompletedTask);
        await server.HttpAsync(request);
        Assert.Matches(new Regex(pattern), Assert.Single(await server.Log.AccessAsync(1)));
    }

    [Fact]
    public async Task BoundsALongTarget()
    {
        await using var server = await StartAsync(_ => Task.CompletedTask);
        await server.HttpAsync($"GET /{new string('a', 9000)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.InRange(Assert.Single(await server.Log.AccessAsync(1)).Length, 1000, 1200);
    }

    public static TheoryData<string, RequestDelegate> Writers() => new()
    {
        { "stream", async context => await context.Response.Body.WriteAsync(new byte[1000]) },
        { "array", async context => await context.Response.Body.WriteAsync(new byte[1002].AsMemory(1, 1000)) },
        { "writer", async context => await context.Response.BodyWriter.WriteAsync(new byte[1000]) },
        {
            "advance", async context =>
            {
                context.Response.BodyWriter.GetSpan(1000)[..1000].Clear();
                context.Response.BodyWriter.Advance(1000);
                await context.Response.BodyWriter.FlushAsync();
            }
        },
        {
            "both", async context =>
            {
                await context.Response.StartAsync();
                await context.Response.Body.WriteAsync(new byte[400]);
                await context.Response.BodyWriter.WriteAsync(new byte[600]);
                await context.Response.CompleteAsync();
            }
        },
        {
            "file", async context =>
            {
                var path = Path.GetTempFileName();
                await File.WriteAllBytesAsync(path, new byte[1500]);
                await context.Response.SendFileAsync(path, 100, 1000);
                File.Delete(path);
            }
        },
    };

    [Theory]
    [MemberData(nameof(Writers), DisableDiscoveryEnumeration = true)]
    public async Task CountsTheBodyHoweverItIsWritten(string name, RequestDelegate answer)
    {
        await using var server = await StartAsync(answer);
        using var http1 = new HttpClient();
        var one = await http1.GetByteArrayAsync(
            new Uri($"http://127.0.0.1:{server.HttpPort}/{name}"), TestContext.Current.CancellationToken);
        using var http2 = Http2Client.Create();
        var two = await http2.GetByteArrayAsync(
            new Uri($"https://example.org:{server.HttpsPort}/{name}"), TestContext.Current.CancellationToken);
        Assert.Equal((1000, 1000), (one.Length, two.Length));
        Assert.All(await server.Log.AccessAsync(2), line => Assert.Contains(" 200 1000 ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task KeepsTrailersOfHttp2()
    {
        await using var server = await StartAsync(async context =>
        {
            context.Response.DeclareTrailer("grpc-status");
            await context.Response.Body.WriteAsync("body"u8.ToArray());
            context.Response.AppendTrailer("grpc-status", "7");
        });
        using var client = Http2Client.Create();
        using var response = await client.GetAsync(
            new Uri($"https://example.org:{server.HttpsPort}/"), TestContext.Current.CancellationToken);
        Assert.Equal("body", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("7", Assert.Single(response.TrailingHeaders.GetValues("grpc-status")));
        Assert.Contains("HTTP/2\" 200 4 ", Assert.Single(await server.Log.AccessAsync(1)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SaysThatTheClientWentAway()
    {
        var arrived = new TaskCompletionSource();
        await using var server = await StartAsync(async context =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        using (var client = await RawConnection.OpenAsync(server.HttpPort, TestContext.Current.CancellationToken))
        {
            await client.SendAsync(Get);
            await arrived.Task;
        }

        Assert.Matches(" 499 0 .* aborted$", Assert.Single(await server.Log.AccessAsync(1)));
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task WrapsNothingWhenTheCategoryIsOff()
    {
        IHttpResponseBodyFeature? seen = null;
        await using var server = await EdgeServer.StartAsync(
            Config(),
            context =>
            {
                seen = context.Features.Get<IHttpResponseBodyFeature>();
                return Task.CompletedTask;
            },
            accessLevel: LogLevel.Warning);
        await server.HttpAsync(Get);
        Assert.NotNull(seen);
        Assert.IsNotType<AccessLogBody>(seen);
        Assert.Empty(server.Log.Access);
    }

    private static EdgeConfig Config() =>
        EdgeServer.Config(EdgeServer.Site("example.org", "www.example.org", "127.0.0.1") with { HttpsRedirect = false });

    private static Task<EdgeServer> StartAsync(RequestDelegate answer) =>
        EdgeServer.StartAsync(Config(), answer);
}
