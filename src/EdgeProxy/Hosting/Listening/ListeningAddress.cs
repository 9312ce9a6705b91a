using System.Net;
using System.Net.Sockets;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;
using EdgeProxy.Sites;

namespace EdgeProxy.Hosting.Listening;

/// <summary>An address that is listened on, what for, and the configuration key of its port.</summary>
internal sealed record ListeningAddress(ListenerKind Kind, IPEndPoint EndPoint, string Key)
{
    /// <summary>The address that stands for all of this machine's.</summary>
    private static readonly IPAddress AnyAddress = Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;

    public static IEnumerable<ListeningAddress> Of(ListenerConfig listeners)
    {
        var address = IPAddress.TryParse(listeners.BindAddress, out var ip) ? ip : AnyAddress;
        yield return new(ListenerKind.Http, new(address, listeners.HttpPort), "HttpPort");
        yield return new(ListenerKind.Https, new(address, listeners.HttpsPort), "HttpsPort");
        if (listeners.Admin is { } admin)
            yield return new(ListenerKind.Admin, new(admin.BindAddress, admin.Port), "Admin:Port");
    }

    /// <summary>Why it cannot be listened on.</summary>
    public ConfigError Explain(SocketError error) => error switch
    {
        SocketError.AddressAlreadyInUse =>
            Fail(Key, $"port {EndPoint.Port} on {EndPoint.Address} is in use by another process; stop that one or choose another port"),
        SocketError.AccessDenied => Fail(
            Key,
            $"this user may not listen on port {EndPoint.Port}; choose a port above 1023 or allow it "
            + "(CAP_NET_BIND_SERVICE, or sysctl net.ipv4.ip_unprivileged_port_start)"),
        SocketError.AddressNotAvailable =>
            Fail(Kind == ListenerKind.Admin ? "Admin:BindAddress" : "BindAddress", $"{EndPoint.Address} is no address of this machine"),
        _ => Fail(Key, $"cannot listen on {EndPoint}: {error}"),
    };

    private static ConfigError Fail(string key, string message) => new($"EdgeProxy:{key}", message);
}
