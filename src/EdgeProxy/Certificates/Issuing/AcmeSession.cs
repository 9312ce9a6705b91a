using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeProxy.Acme;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Certificates.Issuing;

/// <summary>Our dealings with one CA: one account however many names start together, and silence for a while where the CA turns away all
/// of them. Nothing is sent before a certificate is needed.</summary>
internal sealed class AcmeSession(AcmeConfig authority, AccountStore accounts, TimeProvider time, ILogger<AcmeSession> logger)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Task<AcmeClient>? _client;
    private string? _roots;
    private (IssuanceException Reason, DateTimeOffset From)? _pause;

    /// <summary>Taken for the length of an order.</summary>
    public OrderTurns Turns { get; } = new();

    /// <summary>A client with an account. Those who ask while it is being registered share the outcome; when that is a refusal, those who ask
    /// during the pause that follows share it too.</summary>
    /// <exception cref="IssuanceException">The CA does not want to be asked now.</exception>
    public Task<AcmeClient> OpenAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var roots = ReadRoots();
            if (roots != _roots)
                (_roots, _client, _pause) = (roots, null, null);
            // A clock that was set back since must not make the pause longer.
            if (_pause is { } pause && pause.From <= time.GetUtcNow() && time.GetUtcNow() < pause.Reason.RetryAfter)
                return Task.FromException<AcmeClient>(pause.Reason);
            if (_client is null or { IsCompleted: true, IsCompletedSuccessfully: false })
                _client = Task.Run(() => ConnectAsync(roots), CancellationToken.None);
            return _client.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Has every name leave the CA alone for as long as it asked to, and for a minute at least.</summary>
    /// <returns>What they are told meanwhile.</returns>
    public IssuanceException Pause(AcmeException refusal)
    {
        var now = time.GetUtcNow();
        var pause = refusal.RetryAfter > ShortestPause ? refusal.RetryAfter.Value : ShortestPause;
        var reason = new IssuanceException(refusal.Message, refusal) { RetryAfter = now + pause, CaIsUnavailable = true };
        lock (_lock)
            _pause = (reason, now);
        return reason;
    }

    /// <summary>Has the next <see cref="OpenAsync"/> register again, because the CA does not know the account of
    /// <paramref name="client"/>.</summary>
    public void ForgetAccount(AcmeClient client)
    {
        lock (_lock)
        {
            // Somebody else may have registered again meanwhile.
            if (_client is not { IsCompletedSuccessfully: true } || _client.Result != client)
                return;
            accounts.Save(accounts.FindOrCreate(authority) with { Url = null });
            _client = null;
            LogForgotten();
        }
    }

    private async Task<AcmeClient> ConnectAsync(string? roots)
    {
        var network = AcmeNetwork.Create(ParseRoots(roots));
        try
        {
            return await FindAccountAsync(network);
        }
        catch (Exception error)
        {
            network.Dispose();
            if (error is AcmeException refusal)
                throw Pause(refusal);
            throw;
        }
    }

    private async Task<AcmeClient> FindAccountAsync(HttpMessageInvoker network)
    {
        var account = accounts.FindOrCreate(authority);
        var client = new AcmeClient(network, authority.DirectoryUrl, AcmeAccountKey.FromPem(account.Key), time) { AccountUrl = account.Url };
        if (account.Url is null)
            await RegisterAsync(client, account);
        else if (account.Contact != authority.Email)
            await UpdateContactAsync(client, account);
        return client;
    }

    private async Task RegisterAsync(AcmeClient client, StoredAccount account)
    {
        var binding = authority.ExternalAccount is { } external ? ExternalAccountBinding.FromBase64Url(external.KeyId, external.HmacKey) : null;
        var registered = await client.CreateAccountAsync(new AccountRequest(Contacts, authority.AcceptTermsOfService, binding));
        accounts.Save(account with { Url = registered.Url, Contact = authority.Email });
        logger.LogInformation("Registered the account {Account}", registered.Url);
    }

    private async Task UpdateContactAsync(AcmeClient client, StoredAccount account)
    {
        try
        {
            await client.UpdateAccountAsync(Contacts);
            accounts.Save(account with { Contact = authority.Email });
        }
        catch (AcmeException error) when (error.IsAccountMissing)
        {
            LogForgotten();
            await RegisterAsync(client, account);
        }
        catch (AcmeException error)
        {
            // An account with an old address orders as well as any.
            logger.LogWarning("{Directory} does not take {Email} as the account's contact; certificates are ordered all the same: {Reason}",
                authority.DirectoryUrl, authority.Email ?? "the absence of an address", error.Message);
        }
    }

    private void LogForgotten() => logger.LogWarning("{Directory} does not know our account any more; registering again", authority.DirectoryUrl);

    private string[] Contacts => authority.Email is { } email ? [$"mailto:{email}"] : [];

    /// <summary>Read each time, so that a root that was replaced is trusted from the next order on.</summary>
    private string? ReadRoots()
    {
        try
        {
            return authority.TrustedRoots is { } path ? File.ReadAllText(path) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IssuanceException($"{authority.TrustedRoots} (Acme:TrustedRoots) cannot be read: {error.Message}", error);
        }
    }

    private X509Certificate2Collection ParseRoots(string? pem)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPem(pem);
            return pem is null || roots.Count > 0 ? roots : throw new CryptographicException();
        }
        catch (CryptographicException error)
        {
            throw new IssuanceException($"{authority.TrustedRoots} (Acme:TrustedRoots) holds no PEM certificate.", error);
        }
    }
}
