using EdgeProxy.Certificates;
using EdgeProxy.Configuration;
using EdgeProxy.Hosting;

namespace EdgeProxy.Commands;

/// <summary>Starts the proxy and stays until a signal stops it. Nothing is opened before the configuration is known to be valid.</summary>
internal static class RunCommand
{
    public static async Task<int> RunAsync(ConfigSource source, TextWriter error, CancellationToken cancel)
    {
        var loaded = source.Load();
        if (loaded.Result.Config is not { } config)
            return await FailAsync(error, loaded.Result.Errors, ExitCode.InvalidConfiguration);
        if (PortCheck.Errors(null, config.Listeners) is [_, ..] taken)
            return await FailAsync(error, taken, ExitCode.Failed);

        await using var app = EdgeHost.Build(source, config, loaded.Root);
        await app.Services.GetRequiredService<ConfigApply>().StartAsync(config, loaded.Root, cancel);
        await app.StartAsync(cancel);
        foreach (var line in StartupReport.Lines(config))
            app.Logger.LogInformation("{Line}", line);
        await app.WaitForShutdownAsync(cancel);
        await app.Services.GetRequiredService<RenewalLoop>().StopAsync();
        return ExitCode.Done;
    }

    private static async Task<int> FailAsync(TextWriter error, IEnumerable<ConfigError> errors, int exitCode)
    {
        foreach (var each in errors)
            await error.WriteLineAsync(each.ToString());
        return exitCode;
    }
}
