using System.Net;

namespace EdgeProxy.Configuration.Model;

/// <summary>The whole configuration after parsing: immutable, free of invalid states, and compared by value.
/// Readers take it as one snapshot.</summary>
internal sealed record EdgeConfig
{
    public required ListenerConfig Listeners { get; init; }

    /// <summary>Full path of the folder that holds account keys, certificates and renewal state.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>How long a stopping process waits for what is in flight.</summary>
    public required TimeSpan ShutdownGracePeriod { get; init; }

    public LimitsConfig Limits { get; init; } = new(null, null);

    /// <summary>Networks whose <c>X-Forwarded-*</c> headers are believed.</summary>
    public ValueList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>The sites in the order they are written; never empty.</summary>
    public required ValueList<Site> Sites { get; init; }
}

/// <summary>Where the process listens. <see cref="PublicHttpsPort"/> is the port that redirects name.</summary>
internal sealed record ListenerConfig(string BindAddress, int HttpPort, int HttpsPort, int PublicHttpsPort, AdminConfig? Admin)
{
    /// <summary>The <see cref="BindAddress"/> that stands for all addresses, IPv6's too.</summary>
    public const string AnyAddress = "*";
}

/// <summary>The admin listener; absent when its port is 0.</summary>
internal sealed record AdminConfig(IPAddress BindAddress, int Port)
{
    public const int DefaultPort = 9180;

    /// <summary>How a client on this machine reaches it: one that listens on all addresses through loopback.</summary>
    public Uri Url => new($"http://{new IPEndPoint(IsAny(BindAddress) ? IPAddress.Loopback : BindAddress, Port)}/");

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}

/// <summary>How many client connections are held at once.</summary>
/// <param name="MaxConnections">Null: as many as the limit of descriptors allows.</param>
/// <param name="MaxConnectionsPerClient">From one address; null is no limit.</param>
internal sealed record LimitsConfig(int? MaxConnections, int? MaxConnectionsPerClient);
