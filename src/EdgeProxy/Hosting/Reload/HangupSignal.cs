using System.Runtime.InteropServices;

namespace EdgeProxy.Hosting.Reload;

/// <summary>Makes SIGHUP something to wait for. One that comes while nobody waits is remembered; several count as one. Before this exists,
/// the signal ends the process.</summary>
internal sealed class HangupSignal : IDisposable
{
    private readonly SemaphoreSlim _raised = new(0);
    private readonly PosixSignalRegistration _registration;

    public HangupSignal() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
    {
        signal.Cancel = true;
        if (_raised.CurrentCount == 0)
            _raised.Release();
    });

    public Task WaitAsync(CancellationToken cancellationToken) => _raised.WaitAsync(cancellationToken);

    public void Dispose()
    {
        _registration.Dispose();
        _raised.Dispose();
    }
}
