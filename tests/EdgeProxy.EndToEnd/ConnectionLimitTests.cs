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

    [Fact]
    public async Task ASilentConnectionIsClosedBeforeLong()
    {
        await using var edge = Create("");
        await edge.StartAsync();
        var silent = await FloodAsync(edge.HttpPort, 1);

        // Ended by the server: the peer's orderly end or a reset.
        Assert.True(await EndsAsync(silent[0]).WaitAsync(TimeSpan.FromMinutes(1), Token));
    }

    [Fact]
    public async Task OneClientMayHoldAsManyConnectionsAsTheLimitSaysAndAnotherItsOwn()
    {
        await using var edge = Create("\"Limits\": { \"MaxConnectionsPerClient\": 3 },");
        await edge.StartAsync();
        var open = new List<Socket>();
        for (var number = 0; number < 3; number++)
            open.Add(await AskAsync(edge.HttpPort, "127.0.0.5"));

        Assert.True(await IsRefusedAsync(edge.HttpPort, "127.0.0.5"));
        using var other = await AskAsync(edge.HttpPort, "127.0.0.6");

        open[0].Dispose();
        await edge.WaitUntilAsync(async () => await TryGetAsync(edge.HttpPort, "127.0.0.5") == "answer", "take another connection");
        open.ForEach(socket => socket.Dispose());
    }

    private EdgeProxyInstance Create(string limits, int? descriptors = null) => new($$"""
        {{limits}} "Domains": { "one.test": { "Upstream": "{{_upstream!.Url}}", "HttpsRedirect": false, "Certificate": { "Source": "Internal" } } }
        """)
    {
        Launcher = descriptors is { } number ? [Installed.Program("prlimit"), $"--nofile={number}:{number}"] : [],
    };

    private static async Task<List<Socket>> FloodAsync(int port, int count)
    {
        var sockets = new List<Socket>();
        for (var number = 0; number < count; number++)
        {
            try
            {
                sockets.Add(await ConnectAsync(port, "127.0.0.1"));
            }
            catch (SocketException)
            {
                // One too many: refused at once.
            }
        }

        return sockets;
    }

    private static async Task<Socket> ConnectAsync(int port, string from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync("127.0.0.1", port, Token);
        return socket;
    }

    private static async Task<Socket> AskAsync(int port, string from)
    {
        var socket = await ConnectAsync(port, from);
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: one.test\r\n\r\n"u8.ToArray(), Token);
        var buffer = new byte[4096];
        var text = "";
        while (!text.Contains("answer", StringComparison.Ordinal) && await socket.ReceiveAsync(buffer, Token) is > 0 and var read)
            text += System.Text.Encoding.Latin1.GetString(buffer, 0, read);
        Assert.Contains("answer", text, StringComparison.Ordinal);
        return socket;
    }

    private static async Task<string?> TryGetAsync(int port, string from = "127.0.0.1")
    {
        try
        {
            using var socket = await AskAsync(port, from);
            return "answer";
        }
        catch (Exception exception) when (exception is SocketException or Xunit.Sdk.XunitException)
        {
            return null;
        }
    }

    private static async Task<bool> IsRefusedAsync(int port, string from)
    {
        try
        {
            using var socket = await ConnectAsync(port, from);
            return await EndsAsync(socket);
        }
        catch (SocketException)
        {
            // Reset while it was being connected.
            return true;
        }
    }

    private static async Task<bool> EndsAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1], Token) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
