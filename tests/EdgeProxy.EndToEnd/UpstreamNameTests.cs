using Microsoft.AspNetCore.Http;

namespace EdgeProxy.EndToEnd;

/// <summary>An upstream's name that means another machine after a while, as in a compose network after a deployment.</summary>
public sealed class UpstreamNameTests
{
    [Fact]
    public async Task TheNameIsLookedUpAgain()
    {
        var launcher = await Mounts.RequireAsync();
        var port = FreePort.Next();
        await using var old = await LocalServer.StartAsync(context => context.Response.WriteAsync("old"), port: port);
        await using var current = await LocalServer.StartAsync(
            context => context.Response.WriteAsync("new"), address: "127.0.0.5", port: port);
        using var folder = new TestFolder();
        var hosts = folder.Write("hosts", "127.0.0.1 localhost api.upstream.test\n");
        await using var edge = new EdgeProxyInstance($$"""
            "Domains": { "one.test": { "Upstream": "http://api.upstream.test:{{port}}", "Certificate": { "Source": "Internal" } } }
            """) { Launcher = [.. launcher, Mounts.Hosts(hosts), "sh"] };
        await edge.StartAsync();
        Assert.Equal("old", await GetAsync(edge));

        // The file is written in place, because the mount shows this very file. The old server goes on answering on open connections.
        await File.WriteAllTextAsync(hosts, "127.0.0.1 localhost\n127.0.0.5 api.upstream.test\n", TestContext.Current.CancellationToken);

        await Eventually.BecomesTrueAsync(async () => await GetAsync(edge) == "new", limit: TimeSpan.FromMinutes(3));
    }

    private static async Task<string> GetAsync(EdgeProxyInstance edge)
    {
        using var client = Clients.Http();
        return await client.GetStringAsync(new Uri($"https://one.test:{edge.HttpsPort}/"), TestContext.Current.CancellationToken);
    }
}
