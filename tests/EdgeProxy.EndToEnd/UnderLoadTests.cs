using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace EdgeProxy.EndToEnd;

/// <summary>
/// What a deployment does while visitors are there: not one request fails. Alone on the machine: load and timing do not mix.
/// </summary>
[Collection(nameof(UnderLoadTests))]
[CollectionDefinition(nameof(UnderLoadTests), DisableParallelization = true)]
public sealed class UnderLoadTests
{
    private static readonly int Reloads = Amount.Of("EDGEPROXY_TEST_RELOADS", 20);
    private static readonly int Swaps = Amount.Of("EDGEPROXY_TEST_SWAPS", 5);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ABlueGreenDeploymentFailsNoRequest()
    {
        var (blue, green) = (FreePort.Next(), FreePort.Next());
        await using var nginx = await NginxProcess.StartAsync(
            green, NginxProcess.Saying("blue", blue) + NginxProcess.Saying("green", green));
        await using var edge = new EdgeProxyInstance(Site(blue)) { OtherSections = Quiet };
        await edge.StartAsync();
        using var client = Clients.Http();

        var (h2Load, wrk) = await Load.DuringAsync(edge.HttpsPort, async () =>
        {
            for (var reload = 1; reload <= Reloads; reload++)
            {
                var (port, name) = reload % 2 == 0 ? (blue, "blue") : (green, "green");
                edge.Configure(Site(port));
                var result = await edge.RunAsync("reload");
                Assert.True(result.ExitCode == 0, result.ToString());
                Assert.Equal(name, await client.GetStringAsync(new Uri($"https://localhost:{edge.HttpsPort}/"), Token));
            }
        });

        Figures.Report(
            $"{Reloads} reloads: h2load {h2Load.Succeeded} requests, {h2Load.Failed} failed; "
            + $"wrk {wrk.Succeeded} requests, {wrk.Failed} failed");
        Assert.True(h2Load.Failed == 0, h2Load.Report);
        Assert.True(wrk.Failed == 0, wrk.Report);
        Assert.True(h2Load.Succeeded > 0 && wrk.Succeeded > 0);
    }

    [Fact]
    public async Task ACertificateIsSwappedWithoutLosingARequestOrAWebSocket()
    {
        using var folder = new TestFolder();
        var (path, keyPath) = (folder.File("fullchain.pem"), folder.File("privkey.pem"));
        Replace(TestCa.CreateRoot().Issue(), path, keyPath);
        await using var upstream = await LocalServer.StartAsync(context =>
            context.WebSockets.IsWebSocketRequest ? WebSocketEcho.AnswerAsync(context) : context.Response.WriteAsync("ok"));
        await using var edge = new EdgeProxyInstance($$"""
            "Domains": { "localhost": { "Upstream": "{{upstream.Url}}",
              "Certificate": { "Source": "File", "Path": "{{path}}", "KeyPath": "{{keyPath}}" } } }
            """) { OtherSections = Quiet };
        await edge.StartAsync();
        using var socket = await Clients.WebSocketAsync(new Uri($"wss://localhost:{edge.HttpsPort}/ws"));
        Assert.Equal("before", await socket.SayAsync("before"));

        var (h2Load, wrk) = await Load.DuringAsync(edge.HttpsPort, async () =>
        {
            for (var swap = 1; swap <= Swaps; swap++)
            {
                var next = TestCa.CreateRoot().Issue();
                Replace(next, path, keyPath);
                await edge.WaitUntilAsync(async () => await IsServedAsync(edge, next), "serve the new certificate");
                Assert.Equal($"after swap {swap}", await socket.SayAsync($"after swap {swap}"));
            }
        });

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        Figures.Report(
            $"{Swaps} swaps: h2load {h2Load.Succeeded} requests, {h2Load.Failed} failed; "
            + $"wrk {wrk.Succeeded} requests, {wrk.Failed} failed; the WebSocket opened before them echoed after each");
        Assert.True(h2Load.Failed == 0, h2Load.Report);
        Assert.True(wrk.Failed == 0, wrk.Report);
    }

    // No access log: with a line for each request the test would measure how fast it reads them.
    private const string Quiet = """
        "Serilog": { "MinimumLevel": "Warning" },
        """;

    private static string Site(int port) => $$"""
        "Domains": { "localhost": { "Upstream": "http://127.0.0.1:{{port}}" } }
        """;

    private static async Task<bool> IsServedAsync(EdgeProxyInstance edge, ServerPem pair)
    {
        using var served = await Handshake.GetCertificateAsync(edge.HttpsPort, "localhost");
        return served.ExportCertificatePem() == pair.Chain.TrimEnd();
    }

    /// <summary>Replaces the pair in two steps, as certbot's hooks and scripts do: for a moment certificate and key do not match.</summary>
    private static void Replace(ServerPem pair, string path, string keyPath)
    {
        File.WriteAllText(keyPath + ".new", pair.Key);
        File.Move(keyPath + ".new", keyPath, overwrite: true);
        File.WriteAllText(path + ".new", pair.Chain);
        File.Move(path + ".new", path, overwrite: true);
    }
}
