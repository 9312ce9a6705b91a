using System.Net;
using System.Net.Sockets;
using EdgeProxy.Configuration.Model;
using Microsoft.Extensions.Primitives;

namespace EdgeProxy.Sites;

/// <summary>Whose request it is: the peer's, or, as far as trusted proxies vouch for it, the one X-Forwarded-For names.</summary>
internal static class ClientAddress
{
    public static bool IsTrusted(ValueList<IPNetwork> trusted, IPAddress address)
    {
        foreach (var network in trusted)
        {
            if (network.Contains(address))
                return true;
        }

        return false;
    }

    /// <summary>Walks from the nearest hop outwards to the first that is not trusted. An entry that is no
    /// address ends the walk at the hop that wrote it.</summary>
    public static IPAddress Find(ValueList<IPNetwork> trusted, IPAddress trustedPeer, StringValues forwardedFor)
    {
        var client = trustedPeer;
        for (var line = forwardedFor.Count - 1; line >= 0; line--)
        {
            var rest = forwardedFor[line].AsSpan();
            while (!rest.IsEmpty)
            {
                var comma = rest.LastIndexOf(',');
                if (!TryParse(rest[(comma + 1)..].Trim(), out var hop))
                    return client;
                client = hop;
                if (!IsTrusted(trusted, client))
                    return client;
                rest = comma < 0 ? default : rest[..comma];
            }
        }

        return client;
    }

    // With or without a port, as some proxies write it; but not the short and octal forms that IPAddress.Parse takes as well.
    private static bool TryParse(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        if (!IPEndPoint.TryParse(text, out var endPoint))
            return false;
        address = PlainAddress.Of(endPoint.Address);
        return endPoint.AddressFamily == AddressFamily.InterNetworkV6 || text.StartsWith(address.ToString());
    }
}
