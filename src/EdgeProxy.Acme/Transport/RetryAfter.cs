using System.Net.Http.Headers;

namespace EdgeProxy.Acme;

/// <summary>The delay a server asks for with Retry-After, given in seconds or as a date (RFC 9110 §10.2.3).</summary>
internal static class RetryAfter
{
    // A longer delay is a mistake, and adding it to a date could overflow.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>
    /// The delay from <paramref name="now"/>, from 0 to 365 days; null where the header is absent or unreadable.
    /// </summary>
    public static TimeSpan? Read(RetryConditionHeaderValue? header, DateTimeOffset now)
    {
        var delay = header?.Delta ?? header?.Date - now;
        if (delay < TimeSpan.Zero)
            return TimeSpan.Zero;
        return delay > Longest ? Longest : delay;
    }
}
