using System.Net;
using EdgeProxy.Configuration.Source;
using EdgeProxy.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeProxy.Commands;

/// <summary>Talks to the admin port of the proxy running on this machine.</summary>
internal sealed class AdminClient : IDisposable
{
    private readonly HttpClient _client;

    private AdminClient(Uri address, TimeSpan timeout)
    {
        Address = address;
        // No proxy from the environment: the port is on this machine.
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        _client = new HttpClient(handler) { BaseAddress = address, Timeout = timeout };
    }

    public Uri Address { get; }

    /// <summary>For the proxy that the configuration describes; where that is broken, for the one that uses its data directory.</summary>
    /// <returns>Null when the admin port is switched off.</returns>
    public static async Task<AdminClient?> CreateAsync(ConfigSource source, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var place = source.FindRunning();
        var address = (place.IsKnown ? null : await FindAnnouncedAsync(place.DataDirectory, cancellationToken)) ?? place.Admin?.Url;
        return address is null ? null : new AdminClient(address, timeout);
    }

    /// <returns>The whole answer; null when nobody answered.</returns>
    public async Task<(HttpStatusCode Status, string Body)?> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _client.SendAsync(request, cancellationToken);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (Exception exception)
            when (exception is HttpRequestException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    public void Dispose() => _client.Dispose();

    private static async Task<Uri?> FindAnnouncedAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        try
        {
            var directory = new FileDataDirectory(dataDirectory, TimeProvider.System, NullLogger<FileDataDirectory>.Instance);
            return (await AdminAddress.ReadAsync(directory, cancellationToken))?.Url;
        }
        catch (DataDirectoryException)
        {
            return null;
        }
    }
}
