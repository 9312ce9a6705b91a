using System.Net;

namespace EdgeProxy.Configuration.Model;

/// <summary>Which names and addresses nobody outside can reach or own. All take names in <see cref="HostName"/> form.</summary>
internal static class PrivateNames
{
    private static readonly IPNetwork[] Networks =
    [
        IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("::1/128"), IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fe80::/10"),
    ];

    /// <summary>Names that no public CA issues for.</summary>
    public static bool IsReserved(string name) => name == "localhost" || name.EndsWith(".localhost", StringComparison.Ordinal)
        || name.EndsWith(".local", StringComparison.Ordinal) || name.EndsWith(".internal", StringComparison.Ordinal);

    /// <summary>Names whose certificate comes from the internal CA unless the configuration says otherwise.</summary>
    public static bool IsInternalByDefault(string name) => IsReserved(name) || IPAddress.TryParse(name, out _);

    /// <summary>Hosts within a private network; a single label (a container's name) is one.</summary>
    public static bool IsPrivateHost(string host) => IPAddress.TryParse(host, out var address)
        ? Networks.Any(network => network.Contains(address))
        : IsReserved(host) || !host.Contains('.', StringComparison.Ordinal);
}
