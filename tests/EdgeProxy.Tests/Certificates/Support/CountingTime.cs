using Microsoft.Extensions.Time.Testing;

namespace EdgeProxy.Tests.Certificates;

/// <summary>A fake clock that tells when somebody begins to wait, so that a test need not guess when it may go on.</summary>
internal sealed class CountingTime() : FakeTimeProvider(DateTimeOffset.UtcNow)
{
    private int _timers;

    /// <summary>How many waits have begun so far.</summary>
    public int Timers => Volatile.Read(ref _timers);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        Interlocked.Increment(ref _timers);
        return timer;
    }
}
