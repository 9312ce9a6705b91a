using EdgeProxy.Acme;

namespace EdgeProxy.Certificates.Issuing;

/// <summary>Decides whether all names leave a CA alone after it has refused one of them, and for how long.</summary>
internal static class PausePolicy
{
    /// <summary>No CA's limits reach back further than a week.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(8);

    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);

    // Let's Encrypt's words: by RFC 8555 §6.6 the problems of all limits have one type, so only their text tells them apart.
    private static readonly string[] AboutTheAccount = ["from this account", "from this IP address"];

    /// <summary>Whether a refusal meets every name of the account. "Too many requests" may be about this one name, and then holding up the
    /// others for its sake would be worse than having each of them ask once.</summary>
    public static bool IsForAll(AcmeException refusal)
    {
        // RFC 9110 §15.6.4: the server has no room for anybody.
        if (refusal.IsServiceUnavailable)
            return true;
        // RFC 6585 §4: without a problem document it comes from what stands before the CA and has not read the order.
        return refusal.IsRateLimited && (refusal.Problem is null || IsAboutTheAccount(refusal.Problem));
    }

    /// <summary>For as long as the CA asks, but neither so short that all ask at once nor for a year.</summary>
    public static TimeSpan LengthOf(AcmeException refusal)
    {
        var asked = refusal.RetryAfter ?? Shortest;
        return asked < Shortest ? Shortest : asked > Longest ? Longest : asked;
    }

    private static bool IsAboutTheAccount(AcmeProblem problem) =>
        AboutTheAccount.Any(words => problem.Detail?.Contains(words, StringComparison.OrdinalIgnoreCase) == true);
}
