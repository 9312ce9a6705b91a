using System.Net;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Keys;

namespace EdgeProxy.Commands;

/// <summary>Talks to the admin port of the proxy running on this machine. Its address is read leniently: a configuration that is
/// invalid now is just what a reload may have to report.</summary>
internal sealed class AdminClient : IDisposable
{
    private readonly HttpClient _client;

    private AdminClient(Uri address, TimeSpan timeout)
    {
        Address = address;
        // No proxy from the environment: the port is on this machine.
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = address, Timeout = timeout };
    }

    public Uri Address { get; }

    /// <returns>Null when the admin port is switched off.</returns>
    public static AdminClient? Create(IConfiguration root, TimeSpan timeout) => FindAddress(root) is { } address ? new AdminClient(address, timeout) : null;

    /// <returns>The whole answer; null when nobody answered.</returns>
    public async Task<(HttpStatusCode Status, string Body)?> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            using var response = await _client.SendAsync(request, cancel);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(cancel));
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }

    public void Dispose() => _client.Dispose();

    private static Uri? FindAddress(IConfiguration root)
    {
        var admin = root.GetSection($"{EdgeKeys.Section.Name}:{EdgeKeys.Admin.Name}");
        var port = ushort.TryParse(admin[AdminKeys.Port.Name], out var written) ? written : AdminConfig.DefaultPort;
        return port == 0 ? null : new Uri($"http://{new IPEndPoint(Reachable(admin[AdminKeys.BindAddress.Name]), port)}/");
    }

    /// <summary>A proxy that listens on all addresses is reached through loopback.</summary>
    private static IPAddress Reachable(string? bindAddress) =>
        IPAddress.TryParse(bindAddress, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any)
            ? address
            : IPAddress.Loopback;
}
