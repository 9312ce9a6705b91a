using System.Collections.Concurrent;

namespace EdgeProxy.Certificates.Issuing;

/// <summary>Bounds how many orders are open at one CA. Names whose last order led to nothing take turns among themselves: however long
/// such orders take, they hold up no other name.</summary>
internal sealed class OrderTurns
{
    private const int AtATime = 10;

    private readonly ConcurrentDictionary<string, bool> _unfinished = [];

    private SemaphoreSlim First { get; } = new(AtATime);

    private SemaphoreSlim Again { get; } = new(AtATime);

    /// <summary>What a name waits for before it orders, and gives back afterwards.</summary>
    public SemaphoreSlim Of(string name) => _unfinished.ContainsKey(name) ? Again : First;

    /// <summary>The name's order begins.</summary>
    public void Begin(string name) => _unfinished[name] = true;

    /// <summary>The name's order led to a certificate.</summary>
    public void Finish(string name) => _unfinished.TryRemove(name, out _);
}
