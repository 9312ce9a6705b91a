using System.Net.Http.Headers;

namespace EdgeProxy.Acme;

/// <summary>The delay a server asks for with Retry-After, given in seconds or as a date (RFC 9110 §10.2.3).</summary>
internal static class RetryAfter
{
    // Nobody means more, and whoever adds it to a date must not overflow.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>The delay from <paramref name="now"/>, never negative and at most a year; null where the header is absent or unreadable.</summary>
    public static TimeSpan? Read(RetryConditionHeaderValue? header, DateTimeOffset now)
    {
        var delay = header?.Delta ?? header?.Date - now;
        if (delay < TimeSpan.Zero) return TimeSpan.Zero;
        return delay > Longest ? Longest : delay;
    }
}
