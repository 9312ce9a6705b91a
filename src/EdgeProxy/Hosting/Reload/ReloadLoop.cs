namespace EdgeProxy.Hosting.Reload;

/// <summary>Turns a changed configuration file or SIGHUP into a reload, for as long as the process runs.</summary>
internal sealed class ReloadLoop(ConfigReload reload, HangupSignal hangup) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync(reload.WaitForChangeAsync, "file changed", stoppingToken),
        RepeatAsync(hangup.WaitAsync, "SIGHUP", stoppingToken));

    private async Task RepeatAsync(Func<CancellationToken, Task> wait, string reason, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await wait(cancellationToken);
            await reload.RunAsync(reason, cancellationToken);
        }
    }
}
