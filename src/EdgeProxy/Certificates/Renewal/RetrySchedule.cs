using EdgeProxy.Certificates.Issuing;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>Decides when a failed attempt is repeated: after 1, 10 and 100 minutes, then daily, but sooner when what is served ends soon;
/// and not before the time that the CA asks for, unless that is more than eight days away.</summary>
internal static class RetrySchedule
{
    /// <summary>The longest wait of all.</summary>
    public static readonly TimeSpan Longest = PausePolicy.Longest;

    private static readonly TimeSpan[] Delays =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(100), TimeSpan.FromDays(1)];

    /// <summary>How much later at most, as a share of the delay, so that names that failed together do not return together.</summary>
    private const double Jitter = 0.1;

    /// <summary>How much of what is left of a certificate's life one wait may take.</summary>
    private const double ShareOfWhatIsLeft = 0.1;

    /// <param name="failures">How many attempts have failed in a row; at least one.</param>
    /// <param name="now">When the last of them ended.</param>
    /// <param name="retryAfter">The earliest time that the CA asked for.</param>
    /// <param name="notAfter">When the certificate ends that is served meanwhile; null when none is.</param>
    public static DateTimeOffset Next(int failures, DateTimeOffset now, DateTimeOffset? retryAfter, DateTimeOffset? notAfter, Random random)
    {
        var later = 1 + random.NextDouble() * Jitter;
        var next = now + Delay(failures, notAfter - now) * later;
        if (!(retryAfter > next))
            return next;
        // A CA may have told all names the same time.
        var asked = now + (retryAfter.Value - now) * later;
        return asked < now + Longest ? asked : now + Longest;
    }

    private static TimeSpan Delay(int failures, TimeSpan? left)
    {
        var delay = Delays[Math.Clamp(failures, 1, Delays.Length) - 1];
        // Once it has ended there is nothing to lose any more.
        if (left is not { } life || life <= TimeSpan.Zero)
            return delay;
        var longest = life * ShareOfWhatIsLeft;
        return longest > delay ? delay : longest > Delays[0] ? longest : Delays[0];
    }
}
