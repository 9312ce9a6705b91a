using System.Collections.Immutable;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Keys;

/// <summary>What may be written under <c>Limits</c>.</summary>
internal static class LimitKeys
{
    public static readonly ValueKey<int?> MaxConnections = new(
        "MaxConnections", ValueKinds.Count.Nullable(), null, "client connections at once", "from the descriptor limit");

    public static readonly ValueKey<int?> MaxConnectionsPerClient = new(
        "MaxConnectionsPerClient", ValueKinds.Count.Nullable(), null, "connections of one client address at once", "none");

    public static ImmutableArray<ConfigKey> All => [MaxConnections, MaxConnectionsPerClient];
}
