namespace EdgeProxy.Proxy.Upstreams;

/// <summary>Whether an upstream that has others beside it is worth a request. An unreachable one is left out at once; one that fails
/// otherwise when at least half of its requests of some seconds did, so that a few slow pages say nothing. After a pause it is tried
/// again.</summary>
internal sealed class UpstreamHealth(TimeProvider time)
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private const int MinimumFailures = 5;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private long _unreachableSince = long.MinValue;
    private long _failingSince = long.MinValue;
    private long _windowStart = time.GetTimestamp();
    private int _requests;
    private int _failures;

    /// <summary>Neither unreachable nor failing.</summary>
    public bool IsHealthy => IsReachable && IsOver(ref _failingSince);

    /// <summary>A connection to it can be made, as far as is known.</summary>
    public bool IsReachable => IsOver(ref _unreachableSince);

    public void Succeeded() => Count(ref _requests);

    public void Failed()
    {
        Count(ref _requests);
        Interlocked.Increment(ref _failures);
        var failures = Volatile.Read(ref _failures);
        if (failures >= MinimumFailures && failures * 2 >= Volatile.Read(ref _requests))
            Volatile.Write(ref _failingSince, time.GetTimestamp());
    }

    public void WasUnreachable() => Volatile.Write(ref _unreachableSince, time.GetTimestamp());

    private bool IsOver(ref long since) =>
        Volatile.Read(ref since) is var start && (start == long.MinValue || time.GetElapsedTime(start) >= Pause);

    private void Count(ref int counter)
    {
        var start = Volatile.Read(ref _windowStart);
        var now = time.GetTimestamp();
        if (time.GetElapsedTime(start, now) > Window && Interlocked.CompareExchange(ref _windowStart, now, start) == start)
        {
            Volatile.Write(ref _requests, 0);
            Volatile.Write(ref _failures, 0);
        }

        Interlocked.Increment(ref counter);
    }
}
