using System.Net;
using EdgeProxy.Configuration.Source;
using EdgeProxy.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeProxy.Commands;

/// <summary>Talks to the admin port of the proxy running on this machine: at the address that the configuration has and at the one that the
/// user of its data directory has announced. They differ while a changed port is not in force yet, and where the configuration is
/// broken.</summary>
internal sealed class AdminClient : IDisposable
{
    private readonly HttpClient _client;
    private readonly Uri[] _addresses;

    private AdminClient(Uri[] addresses, TimeSpan timeout)
    {
        _addresses = addresses;
        Address = addresses[0];
        // No proxy from the environment: the port is on this machine.
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        _client = new HttpClient(handler) { Timeout = timeout };
    }

    /// <summary>Where an answer came from; without one, where it was expected.</summary>
    public Uri Address { get; private set; }

    /// <summary>For the proxy that the configuration describes; where that is broken, for the one that uses its data directory.</summary>
    /// <returns>Null when the admin port is switched off.</returns>
    public static async Task<AdminClient?> CreateAsync(ConfigSource source, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var place = source.FindRunning();
        var announced = await FindAnnouncedAsync(place.DataDirectory, cancellationToken);
        Uri?[] addresses = place.IsKnown ? [place.Admin?.Url, announced] : [announced, place.Admin?.Url];
        return addresses.OfType<Uri>().Distinct().ToArray() is { Length: > 0 } known ? new AdminClient(known, timeout) : null;
    }

    /// <param name="create">The request to an address. One that cannot be connected to has not received anything.</param>
    /// <returns>The whole answer; null when nobody answered.</returns>
    public async Task<(HttpStatusCode Status, string Body)?> SendAsync(
        Func<Uri, HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        foreach (var address in _addresses)
        {
            using var request = create(address);
            try
            {
                using var response = await _client.SendAsync(request, cancellationToken);
                Address = address;
                return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
            }
            catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConnectionError)
            {
                // The other address may be the right one.
            }
            catch (HttpRequestException)
            {
                return null;
            }
            catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return null;
            }
        }

        return null;
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
