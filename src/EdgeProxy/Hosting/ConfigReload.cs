using EdgeProxy.Configuration;

namespace EdgeProxy.Hosting;

/// <summary>Reads the configuration again and puts it in force as a whole, or leaves the last good one serving and keeps the errors.
/// One reload at a time.</summary>
internal sealed class ConfigReload(ConfigSource source, ConfigApply apply, ILogger<ConfigReload> log) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private IReadOnlyList<ConfigError> _errors = [];

    /// <summary>What is wrong with the configuration on disk; empty while it is the one in force.</summary>
    public IReadOnlyList<ConfigError> Errors => Volatile.Read(ref _errors);

    /// <returns>The errors; none when the configuration was taken.</returns>
    public async Task<IReadOnlyList<ConfigError>> RunAsync(string reason, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            var errors = await ReadAndApplyAsync(cancel);
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

    private async Task<IReadOnlyList<ConfigError>> ReadAndApplyAsync(CancellationToken cancel)
    {
        var loaded = source.Load();
        return loaded.Result.Config is { } config ? await apply.RunAsync(config, loaded.Root, cancel) : loaded.Result.Errors;
    }

    private void Report(string reason, IReadOnlyList<ConfigError> errors)
    {
        if (errors.Count == 0)
        {
            log.LogInformation("Configuration taken ({Reason})", reason);
            return;
        }

        log.LogError("Configuration not taken ({Reason}); the last good one goes on serving. {Count} error(s):", reason, errors.Count);
        foreach (var error in errors)
            log.LogError("{Path}: {Message}", error.Path, error.Message);
    }
}
