using System.Net;
using EdgeProxy.Configuration.Keys;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Parsing;

/// <summary>Parses where to listen. Two listeners at the same address and port are an error.</summary>
internal static class ListenerParser
{
    public static ListenerConfig Parse(ConfigSection section)
    {
        var httpsPort = section.Read(EdgeKeys.HttpsPort);
        var admin = section.Section(EdgeKeys.Admin);
        var listeners = new ListenerConfig(
            section.Read(EdgeKeys.BindAddress),
            section.Read(EdgeKeys.HttpPort),
            httpsPort,
            section.Read(EdgeKeys.PublicHttpsPort) ?? httpsPort,
            ParseAdmin(admin));
        if (listeners.HttpPort == listeners.HttpsPort)
            section.Fail(EdgeKeys.HttpsPort, SharedWith(EdgeKeys.HttpPort, listeners.HttpsPort));
        RejectSharedPort(admin, listeners);
        return listeners;
    }

    public static AdminConfig? ParseAdmin(ConfigSection section)
    {
        var port = section.Read(AdminKeys.Port);
        var written = section.Read(AdminKeys.BindAddress);
        var address = written == ListenerConfig.AnyAddress ? IPAddress.IPv6Any : IPAddress.Parse(written);
        return port == 0 ? null : new AdminConfig(address, port);
    }

    private static void RejectSharedPort(ConfigSection section, ListenerConfig listeners)
    {
        if (listeners.Admin is not { } admin || !Overlap(admin.BindAddress, listeners.BindAddress))
            return;
        if (admin.Port == listeners.HttpPort || admin.Port == listeners.HttpsPort)
            section.Fail(AdminKeys.Port, SharedWith(admin.Port == listeners.HttpPort ? EdgeKeys.HttpPort : EdgeKeys.HttpsPort, admin.Port));
    }

    private static string SharedWith(ConfigKey other, int port) => $"{port} is {other.Name}'s too: give each a port of its own.";

    private static bool Overlap(IPAddress admin, string bindAddress) => bindAddress == ListenerConfig.AnyAddress
        || IsAny(admin)
        || (IPAddress.Parse(bindAddress) is var address && (IsAny(address) || address.Equals(admin)));

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
