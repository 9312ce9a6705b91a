using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>A name's loop and its running. It begins to work only when the loop it replaces has ended, as both use the same files.</summary>
internal sealed class NameTask(SiteName name, ICertificateLoop loop, Task predecessor) : IDisposable
{
    private readonly CancellationTokenSource _ending = new();

    public SiteName Name => name;

    public ICertificateLoop Loop => loop;

    /// <summary>Done when the loop has ended, or was never started.</summary>
    public Task Work { get; private set; } = Task.CompletedTask;

    /// <summary>Once.</summary>
    public void Start()
    {
        var token = _ending.Token;
        Work = Task.Run(async () =>
        {
            await predecessor;
            await loop.RunAsync(token);
        });
    }

    /// <summary>Tells the loop to end; <see cref="Work"/> says when it has.</summary>
    public void Dispose()
    {
        _ending.Cancel();
        _ending.Dispose();
    }
}
