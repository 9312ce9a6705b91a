using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeProxy.Acme;
using EdgeProxy.Configuration;

namespace EdgeProxy.Certificates;

/// <summary>Our dealings with one CA: one account however many names start together, and a bounded number of orders at a time.
/// Nothing is sent before a certificate is needed.</summary>
internal sealed class AcmeSession(AcmeConfig authority, AccountStore accounts, TimeProvider time, ILogger<AcmeSession> logger)
{
    private const int OrdersAtATime = 10;

    private readonly Lock _lock = new();
    private Task<AcmeClient>? _client;

    /// <summary>Entered for the length of an order.</summary>
    public SemaphoreSlim Orders { get; } = new(OrdersAtATime);

    /// <summary>A client with an account. Those who ask while it is being registered share the outcome.</summary>
    public Task<AcmeClient> OpenAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_client is null or { IsCompleted: true, IsCompletedSuccessfully: false })
                _client = Task.Run(ConnectAsync, CancellationToken.None);
            return _client.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Has the next <see cref="OpenAsync"/> register again, because the CA does not know the account.</summary>
    /// <param name="client">The one that was told so; null when <see cref="OpenAsync"/> was.</param>
    public void ForgetAccount(AcmeClient? client)
    {
        lock (_lock)
        {
            // Somebody else may have registered again meanwhile.
            if ((_client is { IsCompletedSuccessfully: true } ? _client.Result : null) != client)
                return;
            logger.LogWarning("{Directory} does not know our account any more; registering again", authority.DirectoryUrl);
            accounts.Save(accounts.FindOrCreate(authority) with { Url = null });
            _client = null;
        }
    }

    private async Task<AcmeClient> ConnectAsync()
    {
        var account = accounts.FindOrCreate(authority);
        var client = new AcmeClient(AcmeNetwork.Create(ReadRoots()), authority.DirectoryUrl, AcmeAccountKey.FromPem(account.Key), time)
        {
            AccountUrl = account.Url,
        };
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
        await client.UpdateAccountAsync(Contacts);
        accounts.Save(account with { Contact = authority.Email });
    }

    private string[] Contacts => authority.Email is { } email ? [$"mailto:{email}"] : [];

    private X509Certificate2Collection? ReadRoots()
    {
        if (authority.TrustedRoots is not { } path)
            return null;
        try
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPemFile(path);
            return roots.Count > 0 ? roots : throw new CryptographicException();
        }
        catch (CryptographicException error)
        {
            throw new IssuanceException($"{path} (Acme:TrustedRoots) holds no PEM certificate.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IssuanceException($"{path} (Acme:TrustedRoots) cannot be read: {error.Message}", error);
        }
    }
}
