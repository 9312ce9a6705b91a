using System.Security.Cryptography;
using System.Text;
using EdgeProxy.Acme;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Storage;

namespace EdgeProxy.Certificates.Stored;

/// <summary>The ACME accounts on disk, one for each CA and external account. A key is stored before any CA sees it.</summary>
internal sealed class AccountStore(string dataDirectory, ILogger<AccountStore> logger)
{
    private readonly Lock _lock = new();

    /// <summary>The account to use with a CA. One that is not there yet is made, with a new key and without a URL.</summary>
    public StoredAccount FindOrCreate(AcmeConfig authority)
    {
        lock (_lock)
        {
            var path = PathOf(authority.DirectoryUrl, authority.ExternalAccount?.KeyId);
            return Load(path) ?? Create(path, authority);
        }
    }

    public void Save(StoredAccount account)
    {
        lock (_lock)
            JsonFile.Write(PathOf(account.Directory, account.ExternalAccount), account, secret: true);
    }

    /// <summary>The host's own folder, or, where another directory or external account of the same host has that, one beside it.</summary>
    private string PathOf(Uri directory, string? externalAccount)
    {
        var host = directory.IdnHost.Replace(':', '_');
        var path = Path.Combine(dataDirectory, "accounts", host, "account.json");
        if (Load(path) is not { } there || (there.Directory == directory && there.ExternalAccount == externalAccount))
            return path;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{directory} {externalAccount}"));
        return Path.Combine(dataDirectory, "accounts", $"{host}_{Convert.ToHexStringLower(hash)[..8]}", "account.json");
    }

    private StoredAccount? Load(string path)
    {
        var account = JsonFile.Read<StoredAccount>(path, logger);
        if (account is null || IsKey(account.Key))
            return account;
        logger.LogWarning("{File} holds no usable key; it was set aside as {Aside}", path, Storage.DamagedFile.SetAside(path));
        return null;
    }

    private static StoredAccount Create(string path, AcmeConfig authority)
    {
        using var key = AcmeAccountKey.Generate();
        var account = new StoredAccount
        {
            Directory = authority.DirectoryUrl,
            Key = key.ToPem(),
            ExternalAccount = authority.ExternalAccount?.KeyId,
        };
        JsonFile.Write(path, account, secret: true);
        return account;
    }

    private static bool IsKey(string pem)
    {
        try
        {
            using var key = AcmeAccountKey.FromPem(pem);
            return true;
        }
        catch (Exception error) when (error is ArgumentException or FormatException or CryptographicException)
        {
            return false;
        }
    }
}
