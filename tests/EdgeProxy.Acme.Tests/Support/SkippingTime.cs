namespace EdgeProxy.Acme.Tests;

/// <summary>A clock on which every wait is over at once, and has lasted as long as it should have.</summary>
internal sealed class SkippingTime : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2030, 5, 17, 12, 0, 0, TimeSpan.Zero);

    private readonly Lock _lock = new();
    private TimeSpan _elapsed;

    /// <summary>How long each wait was, in order.</summary>
    public List<TimeSpan> Waits { get; } = [];

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Start + Elapsed();

    public override long GetTimestamp() => Elapsed().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan)
            return new Rung();
        lock (_lock)
        {
            _elapsed += dueTime;
            Waits.Add(dueTime);
        }
        ThreadPool.QueueUserWorkItem(_ => callback(state));
        return new Rung();
    }

    private TimeSpan Elapsed()
    {
        lock (_lock)
            return _elapsed;
    }

    private sealed class Rung : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
