using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>Decides when a certificate is renewed: when a third of its lifetime is left, half of a short one, or a little earlier,
/// so that certificates issued together are not renewed together.</summary>
internal static class RenewalPolicy
{
    private static readonly TimeSpan ShortLifetime = TimeSpan.FromDays(10);

    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>How much earlier at most, as a share of the lifetime.</summary>
    private const double Jitter = 0.02;

    public static DateTimeOffset Due(ServingCertificate certificate) =>
        Due(certificate.NotBefore, certificate.NotAfter, new Random(BitConverter.ToInt32(certificate.Leaf.GetCertHash())));

    /// <param name="random">Seeded by the certificate, so that a restart does not move the date.</param>
    public static DateTimeOffset Due(DateTimeOffset notBefore, DateTimeOffset notAfter, Random random)
    {
        var lifetime = notAfter - notBefore;
        var share = lifetime < ShortLifetime ? 1.0 / 2 : 1.0 / 3;
        return notAfter - lifetime * (share + random.NextDouble() * Jitter);
    }

    /// <summary>The least time that a new certificate is kept. Where clock and certificate disagree, it may be due at once, and
    /// so may every one after it.</summary>
    public static TimeSpan Pause(DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        var quarter = (notAfter - notBefore) / 4;
        return quarter < LongestPause ? quarter : LongestPause;
    }
}
