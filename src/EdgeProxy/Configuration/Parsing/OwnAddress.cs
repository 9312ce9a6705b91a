using System.Net;
using System.Net.Sockets;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Configuration.Parsing;

/// <summary>Finds upstreams that are this proxy itself, as far as the configuration shows it: without asking DNS or the network
/// interfaces.</summary>
internal static class OwnAddress
{
    private static readonly IPAddress[] Localhost = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>Whether a connection that this machine opens to <paramref name="url"/> ends at one of its site listeners.</summary>
    public static bool IsMeantBy(Uri url, ListenerConfig listeners) =>
        (url.Port == listeners.HttpPort || url.Port == listeners.HttpsPort)
        && Addresses(url).Any(address => Takes(listeners.BindAddress, address));

    private static IPAddress[] Addresses(Uri url)
    {
        if (!HostName.TryParse(url.IdnHost, out var host) || !IPAddress.TryParse(host, out var address))
            return host == "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal) ? Localhost : [];
        // What is sent to the any-address arrives at this machine.
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            return Localhost;
        return [address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address];
    }

    private static bool Takes(string bindAddress, IPAddress address)
    {
        var bound = bindAddress == ListenerConfig.AnyAddress ? IPAddress.IPv6Any : IPAddress.Parse(bindAddress);
        // IPv6's any-address takes IPv4 as well.
        var isAny = bound.Equals(IPAddress.IPv6Any) || (bound.Equals(IPAddress.Any) && address.AddressFamily == AddressFamily.InterNetwork);
        return bound.Equals(address) || (isAny && IPAddress.IsLoopback(address));
    }
}
