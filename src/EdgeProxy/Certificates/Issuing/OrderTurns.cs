using System.Collections.Concurrent;

namespace EdgeProxy.Certificates.Issuing;

/// <summary>Bounds how many orders are open at one CA. Names whose last order led to nothing take turns among themselves: however long
/// such orders take, they hold up no other name.</summary>
internal sealed class OrderTurns
{
    private const int AtATime = 10;

    private readonly ConcurrentDictionary<string, bool> _leadsNowhere = [];

    private SemaphoreSlim First { get; } = new(AtATime);

    private SemaphoreSlim Again { get; } = new(AtATime);

    /// <summary>Waits for the name's turn. Of a name that has not asked before, it has to be said whether it has failed.</summary>
    public async Task<IDisposable> TakeAsync(string name, bool hasFailed, CancellationToken cancellationToken)
    {
        var queue = _leadsNowhere.GetOrAdd(name, hasFailed) ? Again : First;
        await queue.WaitAsync(cancellationToken);
        return new Turn(queue);
    }

    /// <summary>The name's order begins.</summary>
    public void Begin(string name) => _leadsNowhere[name] = true;

    /// <summary>The name's order led to a certificate.</summary>
    public void Finish(string name) => _leadsNowhere.TryRemove(name, out _);

    private sealed class Turn(SemaphoreSlim queue) : IDisposable
    {
        private SemaphoreSlim? _queue = queue;

        public void Dispose() => Interlocked.Exchange(ref _queue, null)?.Release();
    }
}
