namespace EdgeProxy.Acme;

/// <summary>Looks again and again, for all steps of one order together no longer than <paramref name="patience"/>.</summary>
internal sealed class Polling(TimeProvider time, Random random, TimeSpan patience)
{
    private readonly long _started = time.GetTimestamp();

    /// <summary>Reads until <paramref name="done"/>, waiting before each reading; <paramref name="seen"/> is what we know already.</summary>
    public async Task<T> UntilAsync<T>(T seen, Func<T, bool> done, Func<CancellationToken, Task<T>> read, Uri url, CancellationToken cancellationToken)
        where T : IPolled
    {
        for (var attempt = 0; !done(seen); attempt++)
        {
            await WaitAsync(attempt, seen.RetryAfter, url, cancellationToken);
            seen = await read(cancellationToken);
        }
        return seen;
    }

    private Task WaitAsync(int attempt, TimeSpan? retryAfter, Uri url, CancellationToken cancellationToken)
    {
        var delay = PollSchedule.Delay(attempt, retryAfter, random.NextDouble());
        if (time.GetElapsedTime(_started) + delay > patience)
            throw new AcmeException($"{url} is still not done after {patience.TotalSeconds:0} seconds.") { RetryAfter = retryAfter };
        return Task.Delay(delay, time, cancellationToken);
    }
}
