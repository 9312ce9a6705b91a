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
        await using var current = await LocalServer.StartAsync(context => context.Response.WriteAsync("new"), address: "127.0.0.5", port: port);
        using var folder = new TestFolder();
        var hosts = folder.Write("hosts", "127.0.0.1 localhost api.upstream.test\n");
        await using var edge = new EdgeProxyInstance($$"""
            "Domains": { "one.test": { "Upstream": "http://api.upstream.test:{{port}}", "Certificate": { "Source": "Internal" } } }
            """) { Launcher = [.. launcher, Mounts.Hosts(hosts), "sh"] };
        await edge.StartAsync();
        Assert.Equal("old", await GetAsync(edge));

        // In place: the mount shows this very file. The old machine goes on answering, and connections to it are open.
        await File.WriteAllTextAsync(hosts, "127.0.0.1 localhost\n127.0.0.5 api.upstream.test\n", TestContext.Current.CancellationToken);

        var until = DateTimeOffset.UtcNow.AddMinutes(3);
        while (await GetAsync(edge) != "new")
        {
            Assert.True(DateTimeOffset.UtcNow < until, "The name was not looked up again within three minutes.");
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<string> GetAsync(EdgeProxyInstance edge)
    {
        using var client = Clients.Http();
        return await client.GetStringAsync(new Uri($"https://one.test:{edge.HttpsPort}/"), TestContext.Current.CancellationToken);
    }
}
