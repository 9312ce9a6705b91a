using System.Net;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Parsing;

/// <summary>Where to listen. No two listeners want the same address and port.</summary>
internal static class ListenerParser
{
    private const string AnyAddress = "*";

    public static ListenerConfig Parse(ConfigSection root)
    {
        var httpPort = root.Read("HttpPort", 80, ValueParser.Port);
        var httpsPort = root.Read("HttpsPort", 443, ValueParser.Port);
        var publicHttpsPort = root.Read("PublicHttpsPort", httpsPort, ValueParser.Port);
        var bindAddress = root.Read("BindAddress", AnyAddress, text => text == AnyAddress ? text : ValueParser.Address(text).ToString());
        var listeners = new ListenerConfig(bindAddress, httpPort, httpsPort, publicHttpsPort, ParseAdmin(root.Section("Admin")));
        RejectSharedPorts(root, listeners);
        return listeners;
    }

    private static AdminConfig? ParseAdmin(ConfigSection section)
    {
        var port = section.Read("Port", AdminConfig.DefaultPort, ValueParser.PortOrOff);
        var address = section.Read("BindAddress", IPAddress.Loopback, AdminAddress);
        return port == 0 ? null : new AdminConfig(address, port);
    }

    /// <summary><c>*</c> is IPv6's any-address, which takes IPv4 too.</summary>
    private static IPAddress AdminAddress(string text) => text == AnyAddress ? IPAddress.IPv6Any : ValueParser.Address(text);

    private static void RejectSharedPorts(ConfigSection root, ListenerConfig listeners)
    {
        if (listeners.HttpPort == listeners.HttpsPort)
            root.Fail("HttpsPort", $"{listeners.HttpsPort} is HttpPort's too: give each a port of its own.");
        if (listeners.Admin is not { } admin || !Overlap(admin.BindAddress, listeners.BindAddress))
            return;
        if (admin.Port == listeners.HttpPort || admin.Port == listeners.HttpsPort)
            root.Fail("Admin:Port", $"{admin.Port} is {(admin.Port == listeners.HttpPort ? "HttpPort" : "HttpsPort")}'s too: give each a port of its own.");
    }

    private static bool Overlap(IPAddress admin, string bindAddress) =>
        bindAddress == AnyAddress || IsAny(admin) || IPAddress.Parse(bindAddress) is var address && (IsAny(address) || address.Equals(admin));

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
