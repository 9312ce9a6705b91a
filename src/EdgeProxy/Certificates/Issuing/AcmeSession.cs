using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeProxy.Acme;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Observability;
using EdgeProxy.Storage;

namespace EdgeProxy.Certificates.Issuing;

/// <summary>The account at one CA and the connections to it, shared by all names that order there: the account is registered once however
/// many start together, and all pause where the CA turns away all of them. Nothing is sent before a certificate is needed.</summary>
internal sealed class AcmeSession : IDisposable
{
    private readonly AcmeConfig _authority;
    private readonly AccountStore _accounts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ending = new();

    // Held while memory is read and written, never during I/O.
    private readonly Lock _lock = new();
    private Task<Connection>? _connection;
    private string? _roots;
    private (IssuanceException Reason, DateTimeOffset From)? _pause;

    public AcmeSession(AcmeConfig authority, AccountStore accounts, TimeProvider time, ILogger<AcmeSession> logger) =>
        (_authority, _accounts, _time, _logger) = (authority, accounts, time, logger);

    /// <summary>Taken for the length of an order.</summary>
    public OrderTurns Turns { get; } = new();

    /// <summary>A client with an account. Those who ask while it is being registered share the outcome; when that is a refusal, those
    /// who ask during the pause that follows share it too.</summary>
    /// <exception cref="IssuanceException">The CA does not want to be asked now.</exception>
    public async Task<AcmeClient> OpenAsync(CancellationToken cancellationToken)
    {
        // Read each time, so that a root that was replaced is trusted from the next order on.
        var roots = await ReadRootsAsync(cancellationToken);
        return (await ConnectOnce(roots).WaitAsync(cancellationToken)).Client;
    }

    /// <summary>Explains a refusal to the name that met it. One that meets all names begins a pause for all of them.</summary>
    public IssuanceException Explain(AcmeException refusal) =>
        PausePolicy.IsForAll(refusal) ? Pause(refusal) : IssuanceException.From(refusal, _time.GetUtcNow())!;

    /// <summary>Has the next <see cref="OpenAsync"/> register again, because the CA does not know the account of
    /// <paramref name="client"/>.</summary>
    public async Task ForgetAccountAsync(AcmeClient client, CancellationToken cancellationToken)
    {
        await using (await _accounts.AcquireAsync(_authority, cancellationToken))
        {
            // Somebody else may have registered again meanwhile.
            if (await _accounts.FindAsync(_authority, cancellationToken) is { } account && account.Url == client.AccountUrl)
            {
                await _accounts.SaveAsync(account with { Url = null }, cancellationToken);
                LogForgotten();
            }
        }

        lock (_lock)
        {
            if (_connection is { IsCompletedSuccessfully: true } && _connection.Result.Client == client)
                _connection = null;
        }
    }

    /// <summary>Ends the connections. No order may be under way any more; a registration that nobody waits for may be.</summary>
    public void Dispose()
    {
        _ending.Cancel();
        _ending.Dispose();
        lock (_lock)
            _connection?.ContinueWith(done => done.Result.Dispose(), CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private Task<Connection> ConnectOnce(string? roots)
    {
        lock (_lock)
        {
            if (roots != _roots)
                (_roots, _connection, _pause) = (roots, null, null);
            // A clock that was set back since must not make the pause longer.
            if (_pause is { } pause && pause.From <= _time.GetUtcNow() && _time.GetUtcNow() < pause.Reason.RetryAfter)
                return Task.FromException<Connection>(pause.Reason);
            if (_connection is null or { IsCompleted: true, IsCompletedSuccessfully: false })
            {
                var ending = _ending.Token;
                _connection = Task.Run(() => ConnectAsync(roots, ending), CancellationToken.None);
            }

            return _connection;
        }
    }

    private IssuanceException Pause(AcmeException refusal)
    {
        var now = _time.GetUtcNow();
        var reason = new IssuanceException(refusal.Message, refusal)
        {
            RetryAfter = now + PausePolicy.LengthOf(refusal),
            OrderIsBlameless = true,
        };
        lock (_lock)
            _pause = (reason, now);
        return reason;
    }

    private async Task<Connection> ConnectAsync(string? roots, CancellationToken cancellationToken)
    {
        var network = AcmeNetwork.Create(ParseRoots(roots));
        try
        {
            return new Connection(await OpenAccountAsync(network, cancellationToken), network);
        }
        catch (Exception exception)
        {
            network.Dispose();
            if (exception is AcmeException refusal)
                throw Pause(refusal);
            throw;
        }
    }

    private async Task<AcmeClient> OpenAccountAsync(HttpMessageInvoker network, CancellationToken cancellationToken)
    {
        if (await _accounts.FindAsync(_authority, cancellationToken) is { Url: not null } known && known.Contact == _authority.Email)
            return CreateClient(network, known);
        await using var lease = await _accounts.AcquireAsync(_authority, cancellationToken);
        // Another process may have registered it meanwhile.
        var account = await _accounts.FindOrCreateAsync(_authority, cancellationToken);
        var client = CreateClient(network, account);
        await lease.EnsureHeldAsync(cancellationToken);
        if (account.Url is null)
            await RegisterAsync(client, account, cancellationToken);
        else if (account.Contact != _authority.Email)
            await UpdateContactAsync(client, account, cancellationToken);
        return client;
    }

    private AcmeClient CreateClient(HttpMessageInvoker network, StoredAccount account) =>
        new(network, _authority.DirectoryUrl, AcmeAccountKey.FromPem(account.Key), _time) { AccountUrl = account.Url };

    private async Task RegisterAsync(AcmeClient client, StoredAccount account, CancellationToken cancellationToken)
    {
        var binding = _authority.ExternalAccount is { } external
            ? ExternalAccountBinding.FromBase64Url(external.KeyId, external.HmacKey) : null;
        var request = new AccountRequest(Contacts, _authority.AcceptTermsOfService, binding);
        var registered = await client.CreateAccountAsync(request, cancellationToken);
        await _accounts.SaveAsync(account with { Url = registered.Url, Contact = _authority.Email }, CancellationToken.None);
        _logger.LogInformation(EdgeEvent.AccountRegistered.Id(), "Registered the account {Account}", registered.Url);
    }

    private async Task UpdateContactAsync(AcmeClient client, StoredAccount account, CancellationToken cancellationToken)
    {
        try
        {
            await client.UpdateAccountAsync(Contacts, cancellationToken);
            await _accounts.SaveAsync(account with { Contact = _authority.Email }, CancellationToken.None);
        }
        catch (AcmeException exception) when (exception.IsAccountMissing)
        {
            LogForgotten();
            await RegisterAsync(client, account, cancellationToken);
        }
        catch (AcmeException exception)
        {
            // An account with an old address can still order.
            _logger.LogWarning(
                EdgeEvent.ContactNotTaken.Id(),
                "{Directory} does not take {Email} as the account's contact; certificates are ordered all the same: {Reason}",
                _authority.DirectoryUrl, _authority.Email ?? "the absence of an address", exception.Message);
        }
    }

    private void LogForgotten() =>
        _logger.LogWarning(
            EdgeEvent.AccountForgotten.Id(), "{Directory} does not know our account any more; registering again", _authority.DirectoryUrl);

    private string[] Contacts => _authority.Email is { } email ? [$"mailto:{email}"] : [];

    private async Task<string?> ReadRootsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return _authority.TrustedRoots is { } path ? await File.ReadAllTextAsync(path, cancellationToken) : null;
        }
        catch (Exception exception) when (DataDirectoryException.IsCause(exception))
        {
            throw new IssuanceException($"{_authority.TrustedRoots} (Acme:TrustedRoots) cannot be read: {exception.Message}", exception);
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
        catch (CryptographicException exception)
        {
            throw new IssuanceException($"{_authority.TrustedRoots} (Acme:TrustedRoots) holds no PEM certificate.", exception);
        }
    }

    private sealed record Connection(AcmeClient Client, HttpMessageInvoker Network) : IDisposable
    {
        public void Dispose() => Network.Dispose();
    }
}
