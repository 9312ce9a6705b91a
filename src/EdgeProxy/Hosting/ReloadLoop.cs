using System.Runtime.InteropServices;
using EdgeProxy.Configuration;
using EdgeProxy.Storage;

namespace EdgeProxy.Hosting;

/// <summary>Turns a changed configuration file or SIGHUP into a reload, for as long as the process runs.</summary>
internal sealed class ReloadLoop(ConfigSource source, ConfigReload reload, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            _ = reload.RunAsync("SIGHUP", stoppingToken);
        });
        using var watch = new FileWatch(source.Files, time, () => _ = reload.RunAsync("file changed", stoppingToken));
        await Task.Delay(Timeout.InfiniteTimeSpan, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
