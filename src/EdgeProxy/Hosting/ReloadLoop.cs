using System.Runtime.InteropServices;
using EdgeProxy.Configuration;
using EdgeProxy.Storage;

namespace EdgeProxy.Hosting;

/// <summary>Turns a changed configuration file or SIGHUP into a reload, for as long as the process runs.</summary>
internal sealed class ReloadLoop(ConfigSource source, ConfigReload reload, TimeProvider time, ILogger<ReloadLoop> log) : BackgroundService
{
    // Made with the host, before the listeners open, so that no change in between is missed.
    private readonly FileWatch _watch = new(source.Files, time);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            _ = ReloadAsync("SIGHUP", stoppingToken);
        });
        while (!stoppingToken.IsCancellationRequested)
        {
            await _watch.WaitForChangeAsync(stoppingToken);
            await ReloadAsync("file changed", stoppingToken);
        }
    }

    // Nothing that goes wrong in a reload may end the loop.
    private async Task ReloadAsync(string reason, CancellationToken cancel)
    {
        try
        {
            await reload.RunAsync(reason, cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogError(e, "The configuration could not be applied ({Reason})", reason);
        }
    }
}
