using System.Net;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Commands;

/// <summary>Talks to the admin port of the proxy running on this machine.</summary>
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
    public static AdminClient? Create(AdminConfig? admin, TimeSpan timeout) => admin is null ? null : new AdminClient(AddressOf(admin), timeout);

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

    /// <summary>A proxy that listens on all addresses is reached through loopback.</summary>
    private static Uri AddressOf(AdminConfig admin)
    {
        var isAny = admin.BindAddress.Equals(IPAddress.Any) || admin.BindAddress.Equals(IPAddress.IPv6Any);
        return new Uri($"http://{new IPEndPoint(isAny ? IPAddress.Loopback : admin.BindAddress, admin.Port)}/");
    }
}
