using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;
using EdgeProxy.Configuration.Source;
using EdgeProxy.Hosting.Reload;
using EdgeProxy.Observability;

namespace EdgeProxy.Hosting;

/// <summary>Starts the proxy and stays until a signal stops it. Nothing is opened before the configuration is known to be valid.</summary>
internal static class EdgeProcess
{
    public static async Task<int> RunAsync(ConfigSource source, HangupSignal hangup, TextWriter error, CancellationToken cancellationToken)
    {
        var loaded = source.Load();
        if (loaded.Config is not { } config)
            return await FailAsync(error, loaded.Errors, ExitCode.InvalidConfiguration);

        // Disposed of last, so that the last lines are written.
        using var log = ReloadableLog.Start(OtherSections.Of(config).Log, out var problem);
        if (log is null)
            return await FailAsync(error, [new ConfigError(SerilogSection.Name, problem!)], ExitCode.InvalidConfiguration);

        await using var app = EdgeHost.Build(source, log, hangup);
        var apply = app.Services.GetRequiredService<ConfigApply>();
        if (await apply.RunAsync(config) is [_, ..] errors)
            return await FailAsync(error, errors, ExitCode.Failed);
        await ServeAsync(app, config.Edge, apply, cancellationToken);
        return ExitCode.Done;
    }

    private static async Task ServeAsync(WebApplication app, EdgeConfig config, ConfigApply apply, CancellationToken cancellationToken)
    {
        // Before the listeners close, so that no CA looks for an answer on a closed port. A restart resumes what has begun.
        var stopped = new Lazy<Task>(apply.StopAsync);
        app.Lifetime.ApplicationStopping.Register(() => _ = stopped.Value);
        try
        {
            await app.StartAsync(cancellationToken);
            var (keeper, time) = (app.Services.GetRequiredService<CertificateKeeper>(), app.Services.GetRequiredService<TimeProvider>());
            await StartupReport.WriteAsync(app.Logger, config, keeper, time, app.Lifetime.ApplicationStopping);
            await app.WaitForShutdownAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // A signal stopped it before it had quite started.
        }
        finally
        {
            await stopped.Value;
        }
    }

    private static async Task<int> FailAsync(TextWriter error, IEnumerable<ConfigError> errors, int exitCode)
    {
        foreach (var each in errors)
            await error.WriteLineAsync(each.ToString());
        return exitCode;
    }
}
