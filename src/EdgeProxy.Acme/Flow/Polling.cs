namespace EdgeProxy.Acme;

/// <summary>
/// Looks again and again, for all steps of one order together no longer than <paramref name="patience"/> from the first wait on: what a
/// solver takes before that is not the CA's time.
/// </summary>
internal sealed class Polling(TimeProvider time, Random random, TimeSpan patience)
{
    private long? _started;

    /// <summary>Reads until <paramref name="done"/>, each time after a wait; <paramref name="seen"/> is what is known already.</summary>
    public async Task<T> UntilAsync<T>(
        T seen, Func<T, bool> done, Func<Task<T>> read, Uri url, CancellationToken cancellationToken)
        where T : IPolled
    {
        for (var attempt = 0; !done(seen); attempt++)
        {
            await WaitAsync(attempt, seen, url, cancellationToken);
            seen = await read();
        }
        return seen;
    }

    /// <summary>Waits as long as is due after having looked <paramref name="attempt"/> times and seen <paramref name="seen"/>.</summary>
    /// <exception cref="AcmeException">Patience would end before the wait does.</exception>
    public Task WaitAsync(int attempt, IPolled seen, Uri url, CancellationToken cancellationToken)
    {
        var delay = PollSchedule.Delay(attempt, seen.RetryAfter, random.NextDouble());
        var waited = time.GetElapsedTime(_started ??= time.GetTimestamp());
        if (waited + delay <= patience)
            return Task.Delay(delay, time, cancellationToken);
        throw new AcmeException($"{url} is still {seen.Status.ToString().ToLowerInvariant()} after {waited.TotalSeconds:0} seconds, "
            + $"and the next look is due in {delay.TotalSeconds:0} seconds; {patience.TotalSeconds:0} in all are allowed.")
        {
            RetryAfter = seen.RetryAfter,
        };
    }
}

/// <summary>
/// How long to wait before looking again: as long as the CA asks, otherwise 100 milliseconds at first, each time longer, 15 seconds at
/// most (and up to a quarter more).
/// </summary>
internal static class PollSchedule
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    /// <param name="attempt">How often we have looked before.</param>
    /// <param name="retryAfter">What the CA asked for.</param>
    /// <param name="jitter">From 0 to 1; adds up to a quarter, so that many orders are not polled at the same moments.</param>
    public static TimeSpan Delay(int attempt, TimeSpan? retryAfter, double jitter)
    {
        if (retryAfter > TimeSpan.Zero)
            return retryAfter.Value;
        var growing = First * Math.Pow(1.6, Math.Min(attempt, 20));
        return (growing < Longest ? growing : Longest) * (1 + jitter / 4);
    }
}
