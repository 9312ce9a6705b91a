using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;
using EdgeProxy.Configuration.Source;
using EdgeProxy.Hosting.Listening;
using EdgeProxy.Hosting.Reload;

namespace EdgeProxy.Hosting;

/// <summary>Starts the proxy and stays until a signal stops it. Nothing is opened before the configuration is known to be valid.</summary>
internal static class EdgeProcess
{
    public static async Task<int> RunAsync(ConfigSource source, TextWriter error, CancellationToken cancel)
    {
        var loaded = source.Load();
        if (loaded.Result.Config is not { } config)
            return await FailAsync(error, loaded.Result.Errors, ExitCode.InvalidConfiguration);
        if (PortCheck.Errors(null, config.Listeners) is [_, ..] taken)
            return await FailAsync(error, taken, ExitCode.Failed);

        await using var app = EdgeHost.Build(source, config, loaded.Root);
        await app.Services.GetRequiredService<ConfigApply>().StartAsync(config, loaded.Root);
        try
        {
            await ServeAsync(app, config, cancel);
            return ExitCode.Done;
        }
        catch (IOException failure) when (!app.Lifetime.ApplicationStarted.IsCancellationRequested)
        {
            // Somebody took a port between the check and now.
            IReadOnlyList<ConfigError> lost = PortCheck.Errors(null, config.Listeners);
            return await FailAsync(error, lost is [] ? [new ConfigError("EdgeProxy", failure.Message)] : lost, ExitCode.Failed);
        }
    }

    private static async Task ServeAsync(WebApplication app, EdgeConfig config, CancellationToken cancel)
    {
        var renewal = app.Services.GetRequiredService<RenewalLoop>();
        // Before the listeners close: no CA shall look for an answer on a closed port. What it has begun is resumed after the restart.
        var renewalStopped = new Lazy<Task>(renewal.StopAsync);
        app.Lifetime.ApplicationStopping.Register(() => _ = renewalStopped.Value);
        try
        {
            await app.StartAsync(cancel);
            await StartupReport.WriteAsync(app.Logger, config, renewal, app.Services.GetRequiredService<TimeProvider>(), app.Lifetime.ApplicationStopping);
            await app.WaitForShutdownAsync(cancel);
        }
        finally
        {
            await renewalStopped.Value;
        }
    }

    private static async Task<int> FailAsync(TextWriter error, IEnumerable<ConfigError> errors, int exitCode)
    {
        foreach (var each in errors)
            await error.WriteLineAsync(each.ToString());
        return exitCode;
    }
}
