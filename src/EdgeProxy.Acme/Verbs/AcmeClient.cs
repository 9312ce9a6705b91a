using System.Text.Json.Nodes;

namespace EdgeProxy.Acme;

/// <summary>
/// The operations of RFC 8555, one method each, without any flow between them; <see cref="CertificateOrder"/> is the flow.
/// Safe to use from several threads.
/// </summary>
/// <remarks>
/// Every failure but cancellation is an <see cref="AcmeException"/>. An operation in the account's name throws an
/// <see cref="InvalidOperationException"/> while <see cref="AccountUrl"/> is null.
/// </remarks>
public sealed partial class AcmeClient
{
    private static readonly TimeSpan DirectoryLifetime = TimeSpan.FromHours(1);

    private readonly AcmeTransport _transport;
    private readonly Uri _directoryUrl;
    private readonly AcmeAccountKey _key;
    private readonly TimeProvider _time;
    private volatile Uri? _accountUrl;
    private volatile ReadDirectory? _directory;

    /// <summary>Makes a client; nothing is sent yet.</summary>
    /// <param name="network">The way to the CA, usually from <see cref="AcmeNetwork.Create"/>; not disposed here.</param>
    /// <param name="directoryUrl">The CA's directory, an https URL.</param>
    /// <param name="key">The account's key; not disposed here.</param>
    /// <param name="time">The clock, for timeouts and Retry-After dates.</param>
    /// <param name="options">User-Agent and timeouts.</param>
    public AcmeClient(
        HttpMessageInvoker network, Uri directoryUrl, AcmeAccountKey key, TimeProvider time, AcmeClientOptions? options = null)
    {
        _transport = new AcmeTransport(network, time, options ?? new AcmeClientOptions());
        _directoryUrl = directoryUrl;
        _key = key;
        _time = time;
    }

    /// <summary>The account's URL: given at the start where it is stored, otherwise known once the account is made or found.</summary>
    public Uri? AccountUrl
    {
        get => _accountUrl;
        init => _accountUrl = value;
    }

    /// <summary>The account's key.</summary>
    internal AcmeAccountKey Key => _key;

    private Uri KnownAccountUrl =>
        AccountUrl ?? throw new InvalidOperationException("The account's URL is not known: create or find the account first.");

    /// <summary>Reads the directory (RFC 8555 §7.1.1); what was read within the last hour is not asked for again.</summary>
    public async Task<AcmeDirectory> GetDirectoryAsync(CancellationToken cancellationToken = default)
    {
        var known = _directory;
        // The wall clock is not used: one that is set back by a month would keep the directory for a month.
        if (known is not null && _time.GetElapsedTime(known.At) < DirectoryLifetime)
            return known.Directory;
        var response = await _transport.GetAsync(_directoryUrl, cancellationToken);
        var directory = response.Read(AcmeJson.Default.AcmeDirectory).From(response);
        _directory = new ReadDirectory(directory, _time.GetTimestamp());
        return directory;
    }

    /// <summary>A request in the account's name. No payload makes it a POST-as-GET (RFC 8555 §6.3).</summary>
    private Task<AcmeResponse> PostAsync(Uri url, JsonObject? payload, CancellationToken cancellationToken) =>
        PostAsync(url, payload, _key, KnownAccountUrl, cancellationToken);

    private async Task<AcmeResponse> PostAsync(
        Uri url, JsonObject? payload, AcmeAccountKey key, Uri? account, CancellationToken cancellationToken)
    {
        var directory = await GetDirectoryAsync(cancellationToken);
        var text = payload?.ToJsonString() ?? "";
        return await _transport.PostAsync(directory.NewNonce, url, nonce => Jws.Sign(key, account, nonce, url, text), cancellationToken);
    }

    private Uri Offered(Uri? operation, string name) =>
        operation ?? throw AcmeException.Permanent($"The CA at {_directoryUrl} does not offer {name}.");

    private sealed record ReadDirectory(AcmeDirectory Directory, long At);
}
