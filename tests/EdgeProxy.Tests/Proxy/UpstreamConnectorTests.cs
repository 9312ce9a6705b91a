using System.Net;
using System.Net.Sockets;
using EdgeProxy.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeProxy.Tests.Proxy;

public sealed class UpstreamConnectorTests
{
    private static readonly IPAddress Other = IPAddress.Parse("127.0.0.2");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TriesEveryAddressOfAName()
    {
        await using var upstream = RawUpstream.Start(connection => connection.SendAsync("!"));
        var connector = new UpstreamConnector((_, _) => Task.FromResult<IPAddress[]>([Other, IPAddress.IPv6Loopback, IPAddress.Loopback]));
        await using var stream = await connector.ConnectAsync(new DnsEndPoint("api", upstream.Port), Cancel);
        Assert.Equal('!', stream.ReadByte());
    }

    [Fact]
    public async Task SaysWhyTheLastAddressFailed()
    {
        var connector = new UpstreamConnector((_, _) => Task.FromResult<IPAddress[]>([Other, IPAddress.Loopback]));
        var failure = await Assert.ThrowsAsync<SocketException>(
            () => connector.ConnectAsync(new DnsEndPoint("api", RawUpstream.Refusing().Port), Cancel).AsTask());
        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
    }

    [Fact]
    public async Task FollowsANameToItsNewAddress()
    {
        await using var before = await TestUpstream.StartAsync(context => context.Response.WriteAsync("before", Cancel));
        await using var after = await TestUpstream.StartAsync(
            context => context.Response.WriteAsync("after", Cancel), endPoint: new IPEndPoint(Other, before.Address.Port));
        var address = IPAddress.Loopback;
        var connector = new UpstreamConnector((_, _) => Task.FromResult<IPAddress[]>([Volatile.Read(ref address)]));
        await using var edge = await TestEdge.StartAsync(
            TestEdge.Target(new Uri($"http://api:{before.Address.Port}")),
            services: services => services.AddSingleton(provider =>
                new UpstreamClientTable(connector, provider.GetRequiredService<DemoUpstream>()) { ConnectionLifetime = TimeSpan.FromMilliseconds(50) }));
        using var client = edge.Client();
        Assert.Equal("before", await client.GetStringAsync("x", Cancel));
        Volatile.Write(ref address, Other);
        while (await client.GetStringAsync("x", Cancel) == "before")
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        Assert.Equal("after", await client.GetStringAsync("x", Cancel));
    }
}
