using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>What can be said about one name's certificate at one moment.</summary>
internal sealed record CertificateStatus(string Name, CertificateSource Source, CertificateState State);

/// <summary>What a name is served with: a closed set.</summary>
/// <param name="NextAttempt">When a certificate is next asked for; null when that depends on files that somebody else writes.</param>
/// <param name="LastError">Why the last attempt failed; null when it did not.</param>
internal abstract record CertificateState(DateTimeOffset? NextAttempt, string? LastError)
{
    /// <summary>A self-signed stand-in, because there is no certificate yet.</summary>
    internal sealed record Placeholder(DateTimeOffset? NextAttempt, string? LastError) : CertificateState(NextAttempt, LastError);

    /// <summary>A certificate from its source. It stays when it has expired: it still tells clients whose site this is.</summary>
    internal sealed record Issued(
        string Issuer, DateTimeOffset NotBefore, DateTimeOffset NotAfter, DateTimeOffset? NextAttempt, string? LastError)
        : CertificateState(NextAttempt, LastError);

    public static CertificateState Of(ServingCertificate? certificate, DateTimeOffset? nextAttempt, string? lastError) =>
        certificate is null
            ? new Placeholder(nextAttempt, lastError)
            : new Issued(certificate.Issuer, certificate.NotBefore, certificate.NotAfter, nextAttempt, lastError);
}
