using System.Globalization;
using System.Net;
using EdgeProxy.Configuration;

namespace EdgeProxy.Hosting;

/// <summary>The listeners as Kestrel's own endpoint section. Kestrel watches it: setting other ports closes and opens just what changed.</summary>
internal sealed class ListenerEndpoints : ConfigurationProvider, IConfigurationSource
{
    public const string Http = nameof(Http);
    public const string Https = nameof(Https);
    public const string Admin = nameof(Admin);

    public ListenerEndpoints(ListenerConfig listeners) => Data = ToSection(listeners);

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public void Set(ListenerConfig listeners)
    {
        var section = ToSection(listeners);
        if (section.Count == Data.Count && section.All(pair => Data.TryGetValue(pair.Key, out var value) && value == pair.Value))
            return;
        Data = section;
        OnReload();
    }

    // The scheme says nothing about TLS here: the https endpoint adds its own when it is built.
    private static Dictionary<string, string?> ToSection(ListenerConfig listeners)
    {
        var section = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            [$"Endpoints:{Http}:Url"] = Url(listeners.BindAddress, listeners.HttpPort),
            [$"Endpoints:{Https}:Url"] = Url(listeners.BindAddress, listeners.HttpsPort),
        };
        if (listeners.Admin is { } admin)
            section[$"Endpoints:{Admin}:Url"] = Url(admin.BindAddress.ToString(), admin.Port);
        return section;
    }

    private static string Url(string address, int port)
    {
        var host = IPAddress.TryParse(address, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{ip}]" : address;
        return string.Create(CultureInfo.InvariantCulture, $"http://{host}:{port}");
    }
}
