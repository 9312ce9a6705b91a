using EdgeProxy.Configuration.Reading;
using EdgeProxy.Configuration.Source;
using EdgeProxy.Observability;
using EdgeProxy.Storage;

namespace EdgeProxy.Hosting.Reload;

/// <summary>Reads the configuration again and puts it in force as a whole, or leaves the last good one serving and keeps the errors.
/// One reload at a time.</summary>
internal sealed class ConfigReload(ConfigSource source, ConfigApply apply, TimeProvider time, ILogger<ConfigReload> logger) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    // Made with the host, before the listeners open, so that no change in between is missed.
    private readonly FileWatch _watch = new(source.Files, time);
    private IReadOnlyList<ConfigError> _errors = [];

    /// <summary>What is wrong with the configuration on disk; empty while it is the one in force.</summary>
    public IReadOnlyList<ConfigError> Errors => Volatile.Read(ref _errors);

    /// <summary>Returns once a file of the configuration has changed since the last reload.</summary>
    public Task WaitForChangeAsync(CancellationToken cancellationToken) => _watch.WaitForChangeAsync(cancellationToken);

    /// <param name="reason">What made it necessary, for the log.</param>
    /// <param name="cancellationToken">Ends the wait for an earlier reload. One that has begun is completed.</param>
    /// <returns>The errors; none when the configuration was taken.</returns>
    public async Task<IReadOnlyList<ConfigError>> RunAsync(string reason, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            // The files are read below, so what has changed until now needs no other reload.
            _watch.HasChanged();
            var errors = await ReadAndApplyAsync();
            Volatile.Write(ref _errors, errors);
            Report(reason, errors);
            return errors;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<IReadOnlyList<ConfigError>> ReadAndApplyAsync()
    {
        try
        {
            var loaded = source.Load();
            return loaded.Config is { } config ? await apply.RunAsync(config) : loaded.Errors;
        }
        catch (Exception exception)
        {
            logger.LogError(EdgeEvent.ConfigurationFailed.Id(), exception, "The configuration could not be put in force");
            return [new ConfigError("EdgeProxy", $"could not be put in force: {exception.Message}")];
        }
    }

    private void Report(string reason, IReadOnlyList<ConfigError> errors)
    {
        if (errors.Count == 0)
        {
            logger.LogInformation(EdgeEvent.ConfigurationTaken.Id(), "Configuration taken ({Reason})", reason);
            return;
        }

        logger.LogError(
            EdgeEvent.ConfigurationNotTaken.Id(),
            "Configuration not taken ({Reason}); the last good one goes on serving. {Count} error(s):", reason, errors.Count);
        foreach (var error in errors)
            logger.LogError(EdgeEvent.ConfigurationError.Id(), "{Path}: {Message}", error.Path, error.Message);
    }
}
