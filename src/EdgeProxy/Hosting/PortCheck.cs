using System.Net;
using System.Net.Sockets;
using EdgeProxy.Configuration;

namespace EdgeProxy.Hosting;

/// <summary>Finds out whether ports that a new configuration asks for can be had, before the old ones are given up.</summary>
internal static class PortCheck
{
    /// <param name="now">What this process listens on already; null before it does.</param>
    /// <param name="next">What it is asked to listen on.</param>
    public static IReadOnlyList<ConfigError> Errors(ListenerConfig? now, ListenerConfig next)
    {
        // A port that is ours already is given up before it is taken again, whatever the address was.
        var ours = now is null ? [] : Ports(now).Select(port => port.EndPoint.Port);
        return [.. Ports(next).ExceptBy(ours, port => port.EndPoint.Port).Select(Try).OfType<ConfigError>()];
    }

    private static string Explain(SocketError error, IPEndPoint endPoint) => error switch
    {
        SocketError.AddressAlreadyInUse => $"port {endPoint.Port} on {endPoint.Address} is in use by another process; stop that one or choose another port",
        SocketError.AccessDenied => $"this user may not listen on port {endPoint.Port}; choose a port above 1023 or allow it (CAP_NET_BIND_SERVICE, or sysctl net.ipv4.ip_unprivileged_port_start)",
        SocketError.AddressNotAvailable => $"{endPoint.Address} is no address of this machine",
        _ => $"cannot listen on {endPoint}: {error}",
    };

    private static IEnumerable<(string Key, IPEndPoint EndPoint)> Ports(ListenerConfig listeners)
    {
        var address = IPAddress.TryParse(listeners.BindAddress, out var ip) ? ip : AnyAddress;
        yield return ("HttpPort", new(address, listeners.HttpPort));
        yield return ("HttpsPort", new(address, listeners.HttpsPort));
        if (listeners.Admin is { } admin)
            yield return ("Admin:Port", new(admin.BindAddress, admin.Port));
    }

    private static IPAddress AnyAddress => Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;

    private static ConfigError? Try((string Key, IPEndPoint EndPoint) port)
    {
        try
        {
            using var socket = new Socket(port.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (port.EndPoint.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(port.EndPoint);
            socket.Listen();
            return null;
        }
        catch (SocketException e)
        {
            return new ConfigError($"EdgeProxy:{port.Key}", Explain(e.SocketErrorCode, port.EndPoint));
        }
    }
}
