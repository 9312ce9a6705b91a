namespace EdgeProxy.Proxy.Upstreams;

/// <summary>Whether an upstream that has others beside it is worth a request. An unreachable one is avoided at once, one that fails
/// otherwise after some failures in a row; after a pause it is tried again.</summary>
internal sealed class UpstreamHealth(TimeProvider clock)
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private const int FailuresInARow = 3;

    private int _failures;
    private long _avoidUntil = long.MinValue;

    public bool IsHealthy => clock.GetUtcNow().UtcTicks >= Volatile.Read(ref _avoidUntil);

    public void Succeeded() => Volatile.Write(ref _failures, 0);

    public void Failed()
    {
        if (Interlocked.Increment(ref _failures) >= FailuresInARow)
            WasUnreachable();
    }

    public void WasUnreachable()
    {
        Volatile.Write(ref _failures, 0);
        Volatile.Write(ref _avoidUntil, (clock.GetUtcNow() + Pause).UtcTicks);
    }
}
