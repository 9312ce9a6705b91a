using EdgeProxy.Configuration.Model;
using EdgeProxy.Observability;
using EdgeProxy.Storage;

namespace EdgeProxy.Hosting.Reload;

/// <summary>Leaves the address of the admin port in the data directory while it is served, for commands that cannot read it in the
/// configuration because somebody has just broken that.</summary>
internal sealed class AdminAnnouncement(TimeProvider time, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger<AdminAnnouncement>();
    private (string DataDirectory, FileDataDirectory Directory, AdminAddress Address)? _present;

    public async Task ReplaceAsync(EdgeConfig config)
    {
        if (_present is { } present && present.Address.Url == config.Listeners.Admin?.Url && present.DataDirectory == config.DataDirectory)
            return;
        await RemoveAsync();
        if (config.Listeners.Admin is not { } admin)
            return;
        var directory = new FileDataDirectory(config.DataDirectory, time, loggers.CreateLogger<FileDataDirectory>());
        var address = AdminAddress.Of(admin.Url);
        try
        {
            await address.WriteAsync(directory, CancellationToken.None);
            _present = (config.DataDirectory, directory, address);
        }
        catch (DataDirectoryException exception)
        {
            // A warning is enough: everything else that needs the directory reports it, too.
            _logger.LogWarning(
                EdgeEvent.AdminAddressNotLeft.Id(),
                "The address of the admin port is not left in the data directory: {Reason}",
                exception.Message);
        }
    }

    public async Task RemoveAsync()
    {
        if (_present is not { } present)
            return;
        _present = null;
        try
        {
            await present.Address.RemoveAsync(present.Directory, CancellationToken.None);
        }
        catch (DataDirectoryException)
        {
            // The address stays, but commands that read it see that its process has ended.
        }
    }
}
