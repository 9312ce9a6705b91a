using System.Net;
using System.Net.Sockets;
using EdgeProxy.Proxy.Demo;
using EdgeProxy.Proxy.Upstreams;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeProxy.Tests.Proxy.Upstreams;

public sealed class UpstreamConnectorTests
{
    private static readonly IPAddress Other = IPAddress.Parse("127.0.0.2");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TriesEveryAddressOfAName()
    {
        await using var upstream = RawServer.Start(connection => connection.SendAsync("!"));
        var connector = Connector(() => [Other, IPAddress.IPv6Loopback, IPAddress.Loopback]);
        await using var stream = await connector.ConnectAsync(new DnsEndPoint("api", upstream.Port), TestEdge.Patience, Cancel);
        Assert.Equal('!', stream.ReadByte());
    }

    [Fact]
    public async Task SaysWhyTheLastAddressFailed()
    {
        var connector = Connector(() => [Other, IPAddress.Loopback]);
        var failure = await Assert.ThrowsAsync<SocketException>(
            () => connector.ConnectAsync(new DnsEndPoint("api", RawServer.Refusing().Port), TestEdge.Patience, Cancel).AsTask());
        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
    }

    [Fact]
    public async Task LeavesTimeForTheOtherAddressesWhenOneStaysSilent()
    {
        await using var upstream = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        // The backlog is full, so the kernel answers no further connection.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(Other, upstream.Port));
        full.Listen(0);
        using var first = new TcpClient();
        await first.ConnectAsync(Other, upstream.Port, Cancel);
        var connector = Connector(() => [Other, IPAddress.Loopback]);
        await using var edge = await TestEdge.StartAsync(
            TestEdge.Target(new Uri($"http://api:{upstream.Port}")) with { ConnectTimeout = TimeSpan.FromSeconds(4) },
            services: services => services.AddSingleton(connector));
        using var client = edge.Client();
        Assert.Equal("ok", await client.GetStringAsync("x", Cancel));
    }

    [Fact]
    public async Task FollowsANameToItsNewAddress()
    {
        await using var before = await LocalServer.StartAsync(context => context.Response.WriteAsync("before", Cancel));
        await using var after = await LocalServer.StartAsync(
            context => context.Response.WriteAsync("after", Cancel), address: Other.ToString(), port: before.Port);
        var address = IPAddress.Loopback;
        var connector = Connector(() => [Volatile.Read(ref address)]);
        await using var edge = await TestEdge.StartAsync(
            TestEdge.Target(new Uri($"http://api:{before.Address.Port}")),
            services: services => services.AddSingleton(provider =>
                new UpstreamPools(connector, provider.GetRequiredService<UpstreamSockets>(), provider.GetRequiredService<DemoUpstream>())
                {
                    ConnectionLifetime = TimeSpan.FromMilliseconds(50),
                }));
        using var client = edge.Client();
        Assert.Equal("before", await client.GetStringAsync("x", Cancel));
        Volatile.Write(ref address, Other);
        await Eventually.BecomesTrueAsync(async () => await client.GetStringAsync("x", Cancel) != "before");
        Assert.Equal("after", await client.GetStringAsync("x", Cancel));
    }

    private static UpstreamConnector Connector(Func<IPAddress[]> lookup) =>
        new(
            new UpstreamSockets(int.MaxValue),
            TimeProvider.System,
            NullLogger<UpstreamConnector>.Instance,
            (_, _) => Task.FromResult(lookup()));
}
