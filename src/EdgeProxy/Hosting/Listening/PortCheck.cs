using System.Net;
using System.Net.Sockets;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;
using EdgeProxy.Sites;

namespace EdgeProxy.Hosting.Listening;

/// <summary>Finds out whether ports that a new configuration asks for can be had, before the old ones are given up.</summary>
internal static class PortCheck
{
    /// <summary>What "every address of this machine" is here.</summary>
    public static IPAddress AnyAddress { get; } = Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;

    /// <param name="now">What this process listens on already; null before it does.</param>
    /// <param name="next">What it is asked to listen on.</param>
    public static IReadOnlyList<ConfigError> Errors(ListenerConfig? now, ListenerConfig next)
    {
        // A port that is ours already is given up before it is taken again, whatever the address was.
        var ours = now is null ? [] : Ports(now).Select(port => port.Address.Port);
        return [.. Ports(next).ExceptBy(ours, port => port.Address.Port).Select(Try).OfType<ConfigError>()];
    }

    public static IEnumerable<ListeningPort> Ports(ListenerConfig listeners)
    {
        var address = IPAddress.TryParse(listeners.BindAddress, out var ip) ? ip : AnyAddress;
        yield return new("HttpPort", ListenerKind.Http, new(address, listeners.HttpPort));
        yield return new("HttpsPort", ListenerKind.Https, new(address, listeners.HttpsPort));
        if (listeners.Admin is { } admin)
            yield return new("Admin:Port", ListenerKind.Admin, new(admin.BindAddress, admin.Port));
    }

    private static ConfigError? Try(ListeningPort port)
    {
        try
        {
            using var socket = new Socket(port.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (port.Address.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(port.Address);
            socket.Listen();
            return null;
        }
        catch (SocketException e)
        {
            return new ConfigError($"EdgeProxy:{port.Key}", Explain(e.SocketErrorCode, port.Address));
        }
    }

    private static string Explain(SocketError error, IPEndPoint address) => error switch
    {
        SocketError.AddressAlreadyInUse => $"port {address.Port} on {address.Address} is in use by another process; stop that one or choose another port",
        SocketError.AccessDenied => $"this user may not listen on port {address.Port}; choose a port above 1023 or allow it (CAP_NET_BIND_SERVICE, or sysctl net.ipv4.ip_unprivileged_port_start)",
        SocketError.AddressNotAvailable => $"{address.Address} is no address of this machine",
        _ => $"cannot listen on {address}: {error}",
    };
}

/// <summary>A port that is listened on: its configuration key, what for, and where.</summary>
internal sealed record ListeningPort(string Key, ListenerKind Kind, IPEndPoint Address);
