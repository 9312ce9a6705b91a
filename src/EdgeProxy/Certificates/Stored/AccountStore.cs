using System.Security.Cryptography;
using System.Text;
using EdgeProxy.Acme;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Storage;

namespace EdgeProxy.Certificates.Stored;

/// <summary>The ACME accounts in the data directory, one for each CA and external account. A key is stored before any CA sees it.
/// Whoever changes anything holds the lease of the CA's host.</summary>
internal sealed class AccountStore(IDataDirectory directory, ILogger<AccountStore> logger)
{
    /// <summary>Waits for the sole right to make and change the accounts at a CA.</summary>
    public Task<ILease> AcquireAsync(AcmeConfig authority, CancellationToken cancellationToken) =>
        directory.AcquireAsync(FolderOf(authority.DirectoryUrl), cancellationToken);

    /// <summary>The account to use with a CA; null when there is none. Needs no lease.</summary>
    public async Task<StoredAccount?> FindAsync(AcmeConfig authority, CancellationToken cancellationToken)
    {
        foreach (var key in KeysOf(authority))
        {
            var account = await directory.ReadJsonAsync<StoredAccount>(key, cancellationToken);
            if (account is not null && IsUsable(account) && IsFor(authority, account))
                return account with { StoredAs = key };
        }

        return null;
    }

    /// <summary>The same; one that is not there yet is made, with a new key and without a URL. What is damaged is set aside.</summary>
    public async Task<StoredAccount> FindOrCreateAsync(AcmeConfig authority, CancellationToken cancellationToken)
    {
        foreach (var key in KeysOf(authority))
            await RepairAsync(key, cancellationToken);
        return await FindAsync(authority, cancellationToken) ?? await CreateAsync(authority, cancellationToken);
    }

    public Task SaveAsync(StoredAccount account, CancellationToken cancellationToken) =>
        directory.WriteJsonAsync(account.StoredAs, account, secret: true, cancellationToken);

    private async Task<StoredAccount> CreateAsync(AcmeConfig authority, CancellationToken cancellationToken)
    {
        using var key = AcmeAccountKey.Generate();
        var isTaken = await directory.ReadAsync(KeyOf(FolderOf(authority.DirectoryUrl)), cancellationToken) is not null;
        var account = new StoredAccount
        {
            Directory = authority.DirectoryUrl,
            Key = key.ToPem(),
            ExternalAccount = authority.ExternalAccount?.KeyId,
            StoredAs = KeyOf(isTaken ? OwnFolderOf(authority) : FolderOf(authority.DirectoryUrl)),
        };
        await SaveAsync(account, cancellationToken);
        return account;
    }

    private async Task RepairAsync(string key, CancellationToken cancellationToken)
    {
        await directory.RepairJsonAsync<StoredAccount>(key, logger, cancellationToken);
        if (await directory.ReadJsonAsync<StoredAccount>(key, cancellationToken) is { } account && !IsUsable(account))
            await directory.SetAsideAsync(key, "it holds no usable key", logger, cancellationToken);
    }

    /// <summary>The account's own folder comes first: what is in the host's may have been removed or replaced since.</summary>
    private static string[] KeysOf(AcmeConfig authority) => [KeyOf(OwnFolderOf(authority)), KeyOf(FolderOf(authority.DirectoryUrl))];

    private static string KeyOf(string folder) => folder + "/account.json";

    /// <summary>The folder of the CA's host, which the first account there has.</summary>
    private static string FolderOf(Uri directoryUrl) => $"accounts/{directoryUrl.IdnHost.Replace(':', '_')}";

    /// <summary>That of a further account at the same host: of another directory there, or bound to another external account.</summary>
    private static string OwnFolderOf(AcmeConfig authority)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{authority.DirectoryUrl} {authority.ExternalAccount?.KeyId}"));
        return $"{FolderOf(authority.DirectoryUrl)}_{Convert.ToHexStringLower(hash)[..8]}";
    }

    private static bool IsFor(AcmeConfig authority, StoredAccount account) =>
        account.Directory == authority.DirectoryUrl && account.ExternalAccount == authority.ExternalAccount?.KeyId;

    private static bool IsUsable(StoredAccount account)
    {
        try
        {
            using var key = AcmeAccountKey.FromPem(account.Key);
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or CryptographicException)
        {
            return false;
        }
    }
}
