using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>A loop and the task that it runs in.</summary>
/// <param name="predecessor">Done when whoever uses the same files has ended; until then the loop does not begin.</param>
/// <param name="preparing">Has loops prepare one after the other, so that thousands of them do not keep handshakes waiting for a
/// thread.</param>
internal sealed class LoopTask(ICertificateLoop loop, Task predecessor, SemaphoreSlim preparing) : IDisposable
{
    private readonly CancellationTokenSource _ending = new();

    public ICertificateLoop Loop => loop;

    /// <summary>Done when the loop has ended, or was never started. Never fails.</summary>
    public Task Work { get; private set; } = Task.CompletedTask;

    /// <summary>Starts the loop. Called once at most.</summary>
    public void Start()
    {
        var token = _ending.Token;
        Work = Task.Run(() => RunAsync(token), CancellationToken.None);
    }

    /// <summary>Tells the loop to end; <see cref="Work"/> says when it has.</summary>
    public void Dispose()
    {
        _ending.Cancel();
        _ending.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ended = loop;
        try
        {
            await predecessor;
            await preparing.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            loop.Prepare();
        }
        finally
        {
            preparing.Release();
        }

        await loop.RunAsync(cancellationToken);
    }
}

/// <summary>A configured name, the cell that it is served from, and the loop that fills that.</summary>
internal sealed record KeptName(SiteName Name, CertificateCell Cell, LoopTask Task)
{
    public CertificateStatus Status => new(Name.Name, Name.Certificate, Task.Loop.StateOf(Cell));
}
