using System.Net;

namespace EdgeProxy.EndToEnd;

/// <summary>A new configuration in a running process, and one that is wrong.</summary>
public sealed class ReloadTests : IAsyncLifetime
{
    private LocalServer? _blue;
    private LocalServer? _green;
    private EdgeProxyInstance? _edge;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private EdgeProxyInstance Edge => _edge!;

    private string Blue => Site(_blue!);

    private string Green => Site(_green!);

    private static string Bad => """
        "ShutdownGracePeriod": "soon", "Domains": { "one.test": { "Upstream": "no url", "Certificate": { "Source": "Internal" } } }
        """;

    public async ValueTask InitializeAsync()
    {
        _blue = await LocalServer.StartAsync("blue");
        _green = await LocalServer.StartAsync("green");
        _edge = new EdgeProxyInstance(Blue);
        await _edge.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _edge!.DisposeAsync();
        await _blue!.DisposeAsync();
        await _green!.DisposeAsync();
    }

    [Fact]
    public async Task WhenTheReloadCommandReturnsTheNewUpstreamServes()
    {
        Assert.Equal("blue", await GetAsync());

        Edge.Configure(Green);
        var reload = await Edge.RunAsync("reload");

        Assert.True(reload.ExitCode == 0, reload.ToString());
        Assert.Equal("green", await GetAsync());
    }

    [Fact]
    public async Task ASignalReloads()
    {
        Edge.Configure(Green);
        Edge.Signal("HUP");

        await Edge.WaitUntilAsync(async () => await GetAsync() == "green", "serve the new upstream");
    }

    [Fact]
    public async Task AChangedFileIsPickedUpByItself()
    {
        Edge.Configure(Green);

        await Edge.WaitUntilAsync(async () => await GetAsync() == "green", "serve the new upstream");
    }

    [Fact]
    public async Task AnInvalidConfigurationIsRefusedWithEveryErrorAndTheOldOneServesOn()
    {
        Edge.Configure(Bad);
        var refused = await Edge.RunAsync("reload");

        Assert.Equal(78, refused.ExitCode);
        Assert.Contains("EdgeProxy:ShutdownGracePeriod: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("EdgeProxy:Domains:one.test:Upstream: ", refused.Error, StringComparison.Ordinal);
        Assert.Equal("blue", await GetAsync());
        await Edge.WaitForOutputAsync("EdgeProxy:Domains:one.test:Upstream");
        Assert.Equal(HttpStatusCode.OK, await Edge.GetAdminAsync("/healthz"));

        Edge.Configure(Green);
        var taken = await Edge.RunAsync("reload");

        Assert.True(taken.ExitCode == 0, taken.ToString());
        Assert.Equal("green", await GetAsync());
    }

    [Fact]
    public async Task AnInvalidConfigurationAfterASignalIsInTheLogAndTheOldOneServesOn()
    {
        Edge.Configure(Bad);
        Edge.Signal("HUP");

        await Edge.WaitForOutputAsync("EdgeProxy:ShutdownGracePeriod");
        Assert.Equal("blue", await GetAsync());
    }

    [Fact]
    public async Task AnotherHttpsPortTakesEffectWithoutARestart()
    {
        var process = Edge.ProcessId;
        var before = Edge.HttpsPort;
        Edge.HttpsPort = FreePort.Next();
        Edge.Configure(Green);
        var reload = await Edge.RunAsync("reload");

        Assert.True(reload.ExitCode == 0, reload.ToString());
        await Edge.WaitUntilAsync(async () => await TryGetAsync() == "green", "listen on the new port");
        await Edge.WaitUntilAsync(async () => !await RawConnection.IsAcceptedAsync(before), "leave the old port");
        Assert.Equal(process, Edge.ProcessId);
        var redirect = await RawClient.SendAsync(Edge.HttpPort, "GET /x HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n");
        Assert.Contains($"Location: https://one.test:{Edge.HttpsPort}/x", redirect.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CommandsFindTheProxyWhenTheFileThatNamesItsPortIsBroken()
    {
        var environment = new Dictionary<string, string?> { ["EdgeProxy__DataDirectory"] = Edge.DataDirectory };
        await File.WriteAllTextAsync(Edge.ConfigPath, "{ this is not json", Token);

        var health = await Edge.RunAsItIsAsync(environment, "health");
        var reload = await Edge.RunAsItIsAsync(environment, "reload");

        Assert.True(health.ExitCode == 0, health.ToString());
        Assert.True(reload.ExitCode == 78, reload.ToString());
        Assert.Contains("is not valid JSON", reload.Error, StringComparison.Ordinal);
        Assert.Equal("blue", await GetAsync());
        Assert.Equal(0, await Edge.StopAsync());
        Assert.False(File.Exists(Edge.Data("admin.json")));
    }

    [Fact]
    public async Task ADomainThatIsTakenOutIsNotServedAnyMore()
    {
        Edge.Configure(Blue.Replace("one.test", "two.test", StringComparison.Ordinal));
        var reload = await Edge.RunAsync("reload");

        var plain = await RawClient.SendAsync(Edge.HttpPort, "GET / HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n");
        var handshake = await OpenSsl.ConnectAsync(Edge.HttpsPort, "-servername one.test");

        Assert.True(reload.ExitCode == 0, reload.ToString());
        Assert.NotEqual(0, handshake.ExitCode);
        Assert.StartsWith("HTTP/1.1 404 ", plain.Text, StringComparison.Ordinal);
    }

    private static string Site(LocalServer upstream) => $$"""
        "Domains": { "one.test": { "Upstream": "{{upstream.Url}}", "Certificate": { "Source": "Internal" } } }
        """;

    private async Task<string> GetAsync()
    {
        using var client = Clients.Http();
        return await client.GetStringAsync(new Uri($"https://one.test:{Edge.HttpsPort}/"), Token);
    }

    private async Task<string?> TryGetAsync()
    {
        try
        {
            return await GetAsync();
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
