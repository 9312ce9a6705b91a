using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;
using EdgeProxy.Sites;

namespace EdgeProxy.Hosting.Listening;

/// <summary>The listeners as Kestrel's own endpoint section. Kestrel watches it: setting other ports closes and opens just what changed.</summary>
internal sealed class ListenerEndpoints : ConfigurationProvider, IConfigurationSource
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time;
    private Endpoint[] _endpoints;

    public ListenerEndpoints(ListenerConfig listeners, TimeProvider time)
    {
        _time = time;
        _endpoints = EndpointsOf(listeners);
        Data = ToSection(_endpoints);
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>What the listener on a port is for.</summary>
    public ListenerKind KindOf(int port) => Volatile.Read(ref _endpoints).First(endpoint => endpoint.Address.Port == port).Kind;

    /// <summary>Opens what is new, and closes what is not wanted any more once the new ones accept connections.</summary>
    /// <returns>The ports that could not be opened.</returns>
    public async Task<IReadOnlyList<ConfigError>> MoveAsync(ListenerConfig listeners, CancellationToken cancel)
    {
        var next = EndpointsOf(listeners);
        var added = next.Except(_endpoints).ToList();
        // A port that stays, for another address or purpose, has to be given up first.
        Set([.. next, .. _endpoints.ExceptBy(next.Select(endpoint => endpoint.Address.Port), endpoint => endpoint.Address.Port)]);
        var errors = new List<ConfigError>();
        foreach (var endpoint in added)
        {
            if (!await AcceptsAsync(endpoint.Address, cancel))
                errors.Add(new ConfigError("EdgeProxy", $"cannot listen on {endpoint.Address}; the reason is in the log"));
        }

        Set(next);
        return errors;
    }

    private void Set(Endpoint[] endpoints)
    {
        var section = ToSection(endpoints);
        if (section.Count == Data.Count && section.Keys.All(Data.ContainsKey))
            return;
        Volatile.Write(ref _endpoints, endpoints);
        Data = section;
        OnReload();
    }

    private async Task<bool> AcceptsAsync(IPEndPoint address, CancellationToken cancel)
    {
        var reachable = new IPEndPoint(
            address.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Address,
            address.Port);
        for (var start = _time.GetTimestamp(); _time.GetElapsedTime(start) < Patience; await Task.Delay(Interval, _time, cancel))
        {
            try
            {
                using var socket = new Socket(reachable.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(reachable, cancel);
                return true;
            }
            catch (SocketException)
            {
                // Not yet.
            }
        }

        return false;
    }

    private static Endpoint[] EndpointsOf(ListenerConfig listeners) => [.. PortCheck.Ports(listeners).Select(port => new Endpoint(port.Kind, port.Address))];

    // The scheme says nothing about TLS here: the https endpoint adds its own when it is built.
    private static Dictionary<string, string?> ToSection(IEnumerable<Endpoint> endpoints) => endpoints.ToDictionary(
        endpoint => $"Endpoints:{endpoint.Kind} {endpoint.Address.ToString().Replace(':', '-')}:Url",
        endpoint => (string?)Url(endpoint.Address),
        StringComparer.OrdinalIgnoreCase);

    private static string Url(IPEndPoint address) => string.Create(
        CultureInfo.InvariantCulture,
        $"http://{(address.Address.Equals(PortCheck.AnyAddress) ? "*" : new UriBuilder("http", address.Address.ToString()).Host)}:{address.Port}");

    private sealed record Endpoint(ListenerKind Kind, IPEndPoint Address);
}
