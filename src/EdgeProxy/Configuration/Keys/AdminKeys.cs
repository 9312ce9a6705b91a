using System.Collections.Immutable;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Keys;

/// <summary>What may be written under <c>Admin</c>.</summary>
internal static class AdminKeys
{
    public static readonly ValueKey<int> Port = new(
        "Port",
        ValueKinds.PortOrOff,
        AdminConfig.DefaultPort,
        "port of the admin listener; 0 switches it off, and reload and health with it");

    public static readonly ValueKey<string> BindAddress = new(
        "BindAddress", ValueKinds.BindAddress, "127.0.0.1", "address of the admin listener");

    public static ImmutableArray<ConfigKey> All => [Port, BindAddress];
}
