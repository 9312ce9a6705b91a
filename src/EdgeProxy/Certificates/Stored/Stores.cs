using EdgeProxy.Observability;
using EdgeProxy.Storage;

namespace EdgeProxy.Certificates.Stored;

/// <summary>What is kept in one data directory. Made once for each.</summary>
internal sealed record Stores(AccountStore Accounts, CertificateStore Certificates, InternalRootStore Roots, ChallengeStore Challenges)
{
    /// <summary>Prepares the directory. One that cannot be written is a line in the log: what it holds is served.</summary>
    public static async Task<Stores> OpenAsync(string path, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        // Other processes time their leases by the system's clock, so this one does, too, whatever the clock of everything else.
        var directory = new FileDataDirectory(path, TimeProvider.System, loggers.CreateLogger<FileDataDirectory>());
        var stores = new Stores(
            new AccountStore(directory, loggers.CreateLogger<AccountStore>()),
            new CertificateStore(directory, loggers.CreateLogger<CertificateStore>()),
            new InternalRootStore(directory, time, loggers.CreateLogger<InternalRootStore>()),
            new ChallengeStore(directory, time));
        try
        {
            await directory.PrepareAsync(cancellationToken);
            await stores.Challenges.RemoveExpiredAsync(cancellationToken);
        }
        catch (DataDirectoryException exception)
        {
            loggers.CreateLogger<Stores>().LogError(
                EdgeEvent.DataDirectoryUnusable.Id(), "The data directory {Directory} cannot be prepared. What it holds is served, but no "
                + "certificate can be obtained: {Reason}", path, exception.Message);
        }

        await stores.Roots.LoadAsync(cancellationToken);
        return stores;
    }
}
