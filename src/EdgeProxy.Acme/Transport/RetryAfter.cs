using System.Net.Http.Headers;

namespace EdgeProxy.Acme;

/// <summary>The delay a server asks for with Retry-After, given in seconds or as a date (RFC 9110 §10.2.3).</summary>
internal static class RetryAfter
{
    /// <summary>The delay from <paramref name="now"/>, never negative; null where the header is absent or unreadable.</summary>
    public static TimeSpan? Read(RetryConditionHeaderValue? header, DateTimeOffset now)
    {
        var delay = header?.Delta ?? header?.Date - now;
        return delay < TimeSpan.Zero ? TimeSpan.Zero : delay;
    }
}
