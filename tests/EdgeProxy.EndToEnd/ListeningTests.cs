using System.Net;
using System.Net.Sockets;

namespace EdgeProxy.EndToEnd;

/// <summary>Addresses and ports that change in a running process.</summary>
public sealed class ListeningTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LocalServer? _upstream;
    private EdgeProxyInstance? _edge;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private EdgeProxyInstance Edge => _edge!;

    private string Site => $$"""
        "Domains": { "one.test": { "Upstream": "{{_upstream!.Url}}", "HttpsRedirect": false, "Certificate": { "Source": "Internal" } } }
        """;

    public async ValueTask InitializeAsync()
    {
        _upstream = await LocalServer.StartAsync(AnswerAsync);
        _edge = new EdgeProxyInstance(Site);
        await _edge.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _answer.TrySetResult();
        await _edge!.DisposeAsync();
        await _upstream!.DisposeAsync();
    }

    [Fact]
    public async Task AnAddressThatThisMachineLacksIsRefusedAndTheOldOneServesOn()
    {
        // TEST-NET-1 (RFC 5737): no machine has it.
        Edge.BindAddress = "192.0.2.1";
        var refused = await Edge.RunAsync("reload");

        Assert.True(refused.ExitCode == 78, refused.ToString());
        Assert.Contains("EdgeProxy:BindAddress: 192.0.2.1 is no address of this machine", refused.Error, StringComparison.Ordinal);
        Assert.Equal("answer", await GetAsync("127.0.0.1", Edge.HttpPort));
        Assert.Equal(HttpStatusCode.OK, await Edge.GetAdminAsync("/readyz"));
    }

    [Theory]
    [InlineData("127.0.0.2")]
    [InlineData("*")]
    [InlineData("0.0.0.0")]
    public async Task AnotherAddressForTheSamePortsTakesEffect(string address)
    {
        Edge.BindAddress = address;
        var taken = await Edge.RunAsync("reload");

        Assert.True(taken.ExitCode == 0, taken.ToString());
        Assert.Equal("answer", await GetAsync("127.0.0.2", Edge.HttpPort));
        Assert.Equal(address != "127.0.0.2", await RawConnection.IsAcceptedAsync(Edge.HttpPort));
    }

    [Fact]
    public async Task PortsCanBeExchanged()
    {
        (Edge.HttpPort, Edge.HttpsPort) = (Edge.HttpsPort, Edge.HttpPort);
        var taken = await Edge.RunAsync("reload");

        Assert.True(taken.ExitCode == 0, taken.ToString());
        Assert.Equal("answer", await GetAsync("127.0.0.1", Edge.HttpPort));
        using var client = Clients.Http();
        Assert.Equal("answer", await client.GetStringAsync(new Uri($"https://one.test:{Edge.HttpsPort}/"), Token));
    }

    [Fact]
    public async Task APortThatSomebodyTakesMeanwhileIsRefusedAndEveryOldOneServesOn()
    {
        var (http, https) = (Edge.HttpPort, Edge.HttpsPort);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        // The http port is free; the https port is not.
        (Edge.HttpPort, Edge.HttpsPort) = (FreePort.Next(), ((IPEndPoint)other.LocalEndpoint).Port);
        var refused = await Edge.RunAsync("reload");

        Assert.True(refused.ExitCode == 78, refused.ToString());
        Assert.Contains("EdgeProxy:HttpsPort: port", refused.Error, StringComparison.Ordinal);
        Assert.False(await RawConnection.IsAcceptedAsync(Edge.HttpPort));
        Assert.Equal("answer", await GetAsync("127.0.0.1", http));
        Assert.True(await RawConnection.IsAcceptedAsync(https));
    }

    [Fact]
    public async Task ARequestOnAPortThatIsLeftIsFinishedAndIdleConnectionsEnd()
    {
        using var idle = await OpenAsync(Edge.HttpPort);
        using var busy = await OpenAsync(Edge.HttpPort);
        await busy.SendAsync(Request("/slow"));
        await _arrived.Task.WaitAsync(Token);

        Edge.HttpPort = FreePort.Next();
        var taken = await Edge.RunAsync("reload");

        Assert.True(taken.ExitCode == 0, taken.ToString());
        Assert.Equal("answer", await GetAsync("127.0.0.1", Edge.HttpPort));
        Assert.Equal(0, await idle.Stream.ReadAsync(new byte[1], Token));
        // Kestrel by itself gives a listener that it closes five seconds; this is longer.
        await Task.Delay(TimeSpan.FromSeconds(7), TimeProvider.System, Token);
        _answer.SetResult();
        Assert.Contains("answer", await busy.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheAdminPortMayHaveTheNumberOfAPublicPortAtAnotherAddress()
    {
        var port = FreePort.Next();
        await using var edge = new EdgeProxyInstance(Site) { BindAddress = "127.0.0.2", AdminPort = port, HttpPort = port };
        await edge.StartAsync();

        Assert.Equal("answer", await GetAsync("127.0.0.2", edge.HttpPort));
        Assert.Equal(0, (await edge.RunAsync("health")).ExitCode);
        Assert.Equal(0, (await edge.RunAsync("reload")).ExitCode);
    }

    private async Task AnswerAsync(Microsoft.AspNetCore.Http.HttpContext context)
    {
        if (context.Request.Path == "/slow")
        {
            _arrived.TrySetResult();
            await _answer.Task;
        }

        context.Response.ContentLength = 6;
        await context.Response.Body.WriteAsync("answer"u8.ToArray());
    }

    private static async Task<string> GetAsync(string address, int port)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{address}:{port}/"));
        request.Headers.Host = "one.test";
        using var response = await client.SendAsync(request, Token);
        return await response.Content.ReadAsStringAsync(Token);
    }

    /// <summary>A connection on which one request has been answered.</summary>
    private static async Task<RawConnection> OpenAsync(int port)
    {
        var connection = await RawConnection.OpenAsync(port, Token);
        await connection.SendAsync(Request("/"));
        await connection.ReadUntilAsync("answer");
        return connection;
    }

    private static string Request(string path) => $"GET {path} HTTP/1.1\r\nHost: one.test\r\n\r\n";
}
