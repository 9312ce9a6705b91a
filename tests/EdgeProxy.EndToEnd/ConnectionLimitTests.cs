using System.Net;
using System.Net.Sockets;

namespace EdgeProxy.EndToEnd;

/// <summary>More connections than there is room for.</summary>
public sealed class ConnectionLimitTests : IAsyncLifetime
{
    private LocalServer? _upstream;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _upstream = await LocalServer.StartAsync("answer");

    public async ValueTask DisposeAsync() => await _upstream!.DisposeAsync();

    [Theory]
    [InlineData(400)]
    [InlineData(600)]
    public async Task SilentConnectionsUpToTheDescriptorLimitEndNothingAndLeaveTheAdminPortOpen(int descriptors)
    {
        await using var edge = Create("", descriptors);
        await edge.StartAsync();
        var silent = await FloodAsync(edge.HttpPort, descriptors + 100);

        await edge.WaitForOutputAsync("connection(s) refused so far");
        for (var request = 0; request < 20; request++)
            Assert.Equal(HttpStatusCode.OK, await edge.GetAdminAsync("/healthz"));
        silent.ForEach(socket => socket.Dispose());

        await edge.WaitUntilAsync(async () => await TryGetAsync(edge.HttpPort) == "answer", "serve again");
        Assert.Equal(0, await edge.StopAsync());
    }

    [Theory]
    [InlineData(400)]
    [InlineData(600)]
    public async Task RequestsUpToTheDescriptorLimitToAnUpstreamThatDoesNotAnswerEndNothing(int descriptors)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var silent = await LocalServer.StartAsync(context => release.Task.WaitAsync(context.RequestAborted));
        await using var edge = Create("", descriptors, silent.Url);
        await edge.StartAsync();
        var clients = Enumerable.Range(0, descriptors / 50).Select(_ => Clients.Http(version: HttpVersion.Version20)).ToList();
        var requests = clients
            .SelectMany(client => Enumerable.Range(0, 100).Select(_ => client.GetAsync($"https://one.test:{edge.HttpsPort}/", Token)))
            .ToList();

        await edge.WaitForOutputAsync("too many sockets are open (503)");
        for (var request = 0; request < 20; request++)
            Assert.Equal(HttpStatusCode.OK, await edge.GetAdminAsync("/healthz"));
        release.SetResult();
        var answers = await Task.WhenAll(requests);

        Assert.All(answers, answer => Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable }));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        clients.ForEach(client => client.Dispose());
        Assert.Equal(0, await edge.StopAsync());
    }

    [Fact]
    public async Task ASilentConnectionIsClosedBeforeLong()
    {
        await using var edge = Create("");
        await edge.StartAsync();
        var silent = await FloodAsync(edge.HttpPort, 1);

        // The server ends it without an answer, in order or by a reset.
        Assert.Equal("", await silent[0].ReadToEndAsync());
    }

    [Fact]
    public async Task OneClientMayHoldAsManyConnectionsAsTheLimitSaysAndAnotherItsOwn()
    {
        await using var edge = Create("\"Limits\": { \"MaxConnectionsPerClient\": 3 },");
        await edge.StartAsync();
        var open = new List<RawConnection>();
        for (var number = 0; number < 3; number++)
            open.Add(await AskAsync(edge.HttpPort, "127.0.0.5"));

        Assert.True(await IsRefusedAsync(edge.HttpPort, "127.0.0.5"));
        using var other = await AskAsync(edge.HttpPort, "127.0.0.6");

        open[0].Dispose();
        await edge.WaitUntilAsync(async () => await TryGetAsync(edge.HttpPort, "127.0.0.5") == "answer", "take another connection");
        open.ForEach(connection => connection.Dispose());
    }

    private EdgeProxyInstance Create(string limits, int? descriptors = null, string? upstream = null) => new($$"""
        {{limits}} "Domains": {
          "one.test": { "Upstream": "{{upstream ?? _upstream!.Url}}", "HttpsRedirect": false, "Certificate": { "Source": "Internal" } } }
        """)
    {
        Launcher = descriptors is { } number ? [Installed.Program("prlimit"), $"--nofile={number}:{number}"] : [],
    };

    private static async Task<List<RawConnection>> FloodAsync(int port, int count)
    {
        var connections = new List<RawConnection>();
        for (var number = 0; number < count; number++)
        {
            try
            {
                connections.Add(await RawConnection.OpenAsync(port, Token));
            }
            catch (SocketException)
            {
                // This connection was one too many.
            }
        }

        return connections;
    }

    private static async Task<RawConnection> AskAsync(int port, string from)
    {
        var connection = await RawConnection.OpenAsync(port, from, Token);
        await connection.SendAsync("GET / HTTP/1.1\r\nHost: one.test\r\n\r\n");
        await connection.ReadUntilAsync("answer");
        return connection;
    }

    private static async Task<string?> TryGetAsync(int port, string from = "127.0.0.1")
    {
        try
        {
            using var connection = await AskAsync(port, from);
            return "answer";
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return null;
        }
    }

    private static async Task<bool> IsRefusedAsync(int port, string from)
    {
        try
        {
            using var connection = await RawConnection.OpenAsync(port, from, Token);
            return await connection.ReadToEndAsync() == "";
        }
        catch (SocketException)
        {
            // The server reset it while it was being opened.
            return true;
        }
    }
}
