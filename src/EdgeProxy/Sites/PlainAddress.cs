using System.Net;

namespace EdgeProxy.Sites;

/// <summary>The address at one end of a connection as configuration and logs write it: IPv4 as such, also where a socket for both
/// families shows it mapped into IPv6.</summary>
internal static class PlainAddress
{
    /// <returns><see cref="IPAddress.None"/> when there is none.</returns>
    public static IPAddress Of(IPAddress? address) =>
        address is null ? IPAddress.None : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
