namespace EdgeProxy.Acme;

/// <summary>When to look again: when the CA says, otherwise soon at first and then ever more slowly.</summary>
internal static class PollSchedule
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    /// <param name="attempt">How often we have looked before.</param>
    /// <param name="retryAfter">What the CA asked for.</param>
    /// <param name="jitter">From 0 to 1; adds up to a quarter, so that many orders do not march in step.</param>
    public static TimeSpan Delay(int attempt, TimeSpan? retryAfter, double jitter)
    {
        if (retryAfter > TimeSpan.Zero) return retryAfter.Value;
        var growing = First * Math.Pow(1.6, Math.Min(attempt, 20));
        return (growing < Longest ? growing : Longest) * (1 + jitter / 4);
    }
}
