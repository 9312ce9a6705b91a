using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>Decides whether a certificate that somebody put there may take the place of the one that is served.</summary>
internal static class ReplacementPolicy
{
    /// <returns>Why clients would be worse off, as the end of a sentence about the candidate; null when they would not.</returns>
    public static string? Objection(ServingCertificate? served, ServingCertificate candidate, string name, DateTimeOffset now)
    {
        if (served is null || Worth(candidate, name, now) >= Worth(served, name, now))
            return null;
        if (!candidate.Covers(name))
            return $"is not for {name}";
        return candidate.NotAfter <= now ? $"ended on {candidate.NotAfter:u}" : $"begins on {candidate.NotBefore:u} only";
    }

    /// <summary>Clients accept what is worth most. A wrong name is worse than a wrong date: it never becomes right.</summary>
    private static int Worth(ServingCertificate certificate, string name, DateTimeOffset now) =>
        (certificate.Covers(name) ? 2 : 0) + (certificate.NotBefore <= now && now < certificate.NotAfter ? 1 : 0);
}
