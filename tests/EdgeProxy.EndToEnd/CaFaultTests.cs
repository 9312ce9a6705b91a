using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace EdgeProxy.EndToEnd;

/// <summary>A CA that does not do its part: the sites are served all the same, and the log says what is wrong.</summary>
public sealed class CaFaultTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Faults => ["refuses", "resets", "answers garbage", "answers 500", "never answers"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task ACaThatFailsDoesNotKeepTheSitesFromBeingServed(string fault)
    {
        await using var ca = await CaRelay.StartAsync();
        var asked = new TaskCompletionSource();
        ca.Intercept = async context =>
        {
            asked.TrySetResult();
            await FailAsync(context, fault);
            return true;
        };
        await using var edge = new EdgeProxyInstance(Acme.Section(ca, "one.test"));
        await edge.StartAsync();
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        Assert.Equal(HttpStatusCode.OK, await GetAsync(edge, "one.test"));
        if (fault != "never answers")
            await edge.WaitForOutputAsync("No certificate for one.test: ");
        Assert.Equal(HttpStatusCode.OK, await edge.GetAdminAsync("/readyz"));
    }

    [Fact]
    public async Task ACaThatCannotBeReachedDoesNotKeepTheSitesFromBeingServed()
    {
        using var folder = new TestFolder();
        var port = FreePort.Next();
        var root = folder.Write("root.pem", TestCa.CreateRoot().Pem);
        await using var edge = new EdgeProxyInstance($$"""
            {{Acme.Authority($"https://localhost:{port}/dir", root)}}, "Domains": { "one.test": { "Upstream": "demo" } }
            """);
        await edge.StartAsync();

        Assert.Equal(HttpStatusCode.OK, await GetAsync(edge, "one.test"));
        await edge.WaitForOutputAsync("No certificate for one.test: ");
        var sentence = edge.Output.Split('\n').First(line => line.Contains("No certificate for one.test: ", StringComparison.Ordinal));
        Assert.Contains($"localhost:{port}", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASlowCaIsWaitedFor()
    {
        await using var pebble = await PebbleProcess.StartAsync(cancellationToken: Token);
        await using var ca = await CaRelay.StartAsync(pebble.DirectoryUrl);
        var (asked, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        ca.Intercept = async _ =>
        {
            asked.TrySetResult();
            await open.Task;
            return false;
        };
        await using var edge = new EdgeProxyInstance(Acme.Section(ca, "one.test")) { HttpPort = pebble.HttpPort };
        await edge.StartAsync();
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        Assert.Equal(HttpStatusCode.OK, await GetAsync(edge, "one.test"));
        Assert.False(await Acme.HasCertificateAsync(edge, "one.test"));
        open.SetResult();
        await Acme.WaitForCertificateAsync(edge, "one.test");
    }

    [Fact]
    public async Task AFailingNameDoesNotHoldUpAnotherAndTheLogShowsTheCasOwnDetail()
    {
        await using var pebble = await PebbleProcess.StartAsync(cancellationToken: Token);
        await using var ca = await CaRelay.StartAsync(pebble.DirectoryUrl);
        // Nobody listens there: the CA's validation is refused.
        await pebble.SetAddressAsync("aaa.test", "127.0.0.2", Token);
        await using var edge = new EdgeProxyInstance(Acme.Section(ca, "aaa.test", "one.test")) { HttpPort = pebble.HttpPort };
        await edge.StartAsync();

        await Acme.WaitForCertificateAsync(edge, "one.test");
        await edge.WaitForOutputAsync($"127.0.0.2:{pebble.HttpPort}");

        Assert.Equal(HttpStatusCode.OK, await GetAsync(edge, "aaa.test"));
        Assert.False(await Acme.HasCertificateAsync(edge, "aaa.test"));
    }

    [Fact]
    public async Task ANameThatTheCaRejectsIsInTheLogWithTheCasOwnDetail()
    {
        await using var pebble = await PebbleProcess.StartAsync(new PebbleOptions { BlockedNames = ["blocked.test"] }, Token);
        await using var ca = await CaRelay.StartAsync(pebble.DirectoryUrl);
        await using var edge = new EdgeProxyInstance(Acme.Section(ca, "www.blocked.test", "one.test")) { HttpPort = pebble.HttpPort };
        await edge.StartAsync();

        await Acme.WaitForCertificateAsync(edge, "one.test");
        await edge.WaitForOutputAsync("www.blocked.test is a forbidden domain");

        Assert.Equal(HttpStatusCode.OK, await GetAsync(edge, "www.blocked.test"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ARateLimitIsObeyedAcrossARestart(bool asDate)
    {
        await using var pebble = await PebbleProcess.StartAsync(new PebbleOptions { NonceReject = 0 }, Token);
        await using var ca = await CaRelay.StartAsync(pebble.DirectoryUrl);
        ca.Intercept = async context =>
        {
            if (context.Request.Path != "/order-plz")
                return false;
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.ContentType = "application/problem+json";
            context.Response.Headers.RetryAfter = asDate
                ? DateTimeOffset.UtcNow.AddHours(2).ToString("R", CultureInfo.InvariantCulture)
                : "7200";
            await context.Response.WriteAsync("""
                { "type": "urn:ietf:params:acme:error:rateLimited", "detail": "too many certificates for this test", "status": 429 }
                """, context.RequestAborted);
            return true;
        };
        await using var edge = new EdgeProxyInstance(Acme.Section(ca, "one.test")) { HttpPort = pebble.HttpPort };
        await edge.StartAsync();
        await edge.WaitForOutputAsync("too many certificates for this test");
        await edge.StopAsync();
        await edge.StartAsync();
        // A name that is due is ordered right at the start; this is long after that.
        await Task.Delay(TimeSpan.FromSeconds(3), Token);

        Assert.Single(ca.Exchanges, exchange => exchange.Path == "/order-plz");
        Assert.Equal(HttpStatusCode.OK, await GetAsync(edge, "one.test"));
    }

    private static async Task FailAsync(HttpContext context, string fault)
    {
        switch (fault)
        {
            case "refuses":
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                break;
            case "resets":
                context.Abort();
                break;
            case "answers garbage":
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync("<html>{{{", context.RequestAborted);
                break;
            case "answers 500":
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                break;
            default:
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
        }
    }

    private static async Task<HttpStatusCode> GetAsync(EdgeProxyInstance edge, string name)
    {
        using var client = Clients.Http();
        using var response = await client.GetAsync(new Uri($"https://{name}:{edge.HttpsPort}/"), Token);
        return response.StatusCode;
    }
}
