using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>Works out where a name stands from what is on disk and from who is configured to issue its certificate.</summary>
internal static class RenewalStateFactory
{
    // The attempt that placed it, and two that carried it on.
    private const int AttemptsAtAnOrder = 3;

    /// <summary>At start. A stored state counts for as long as it speaks of the same CA, and of the certificate that is there: whoever
    /// was stopped before a new one was noted has not failed to get it.</summary>
    public static RenewalState Create(RenewalState? stored, ServingCertificate? certificate, string authority, DateTimeOffset now)
    {
        var thumbprint = certificate?.Leaf.Thumbprint;
        var described = stored?.Certificate == thumbprint ? stored : null;
        var known = described?.Authority == authority ? described : null;
        // A certificate that came without a state, by hand or just before a crash, is taken for this CA's.
        var issuedBy = certificate is null ? null : described is null ? authority : described.IssuedBy;
        return new RenewalState
        {
            Authority = authority,
            Certificate = thumbprint,
            IssuedBy = issuedBy,
            Failures = known?.Failures ?? 0,
            LastError = known?.LastError,
            Order = known?.Order,
            OrderFailures = known?.OrderFailures,
            Due = known is not null && (known.Failures > 0 || issuedBy == authority) ? known.Due
                : certificate is not null && issuedBy == authority ? Due(certificate)
                : now,
        };
    }

    /// <summary>After a success.</summary>
    public static RenewalState Issued(ServingCertificate certificate, string authority, DateTimeOffset now)
    {
        var (due, earliest) = (Due(certificate), now + RenewalPolicy.Pause(certificate.NotBefore, certificate.NotAfter));
        return new RenewalState
        {
            Authority = authority,
            Certificate = certificate.Leaf.Thumbprint,
            IssuedBy = authority,
            Due = due > earliest ? due : earliest,
        };
    }

    /// <summary>After a failure.</summary>
    public static RenewalState Failed(RenewalState state, Exception error, string reason, DateTimeOffset now, Random random)
    {
        var refusal = error as IssuanceException;
        var failures = state.Failures + 1;
        // Neither our disk nor a CA that is away makes an order worse. Otherwise it may be stuck.
        var isBlameless = error is IOException or UnauthorizedAccessException || refusal is { CaIsUnavailable: true };
        var orderFailures = isBlameless ? state.OrderFailures : (state.OrderFailures ?? 0) + 1;
        var order = refusal is { OrderIsLost: true } || orderFailures >= AttemptsAtAnOrder ? null : state.Order;
        return state with
        {
            Failures = failures,
            LastError = reason,
            Due = RetrySchedule.Next(failures, now, refusal?.RetryAfter, random),
            Order = order,
            OrderFailures = order is null ? null : orderFailures,
        };
    }

    /// <summary>The same with a date that can have been meant: one further ahead was written while the clock was wrong.</summary>
    public static RenewalState Plausible(RenewalState state, ServingCertificate served, DateTimeOffset now)
    {
        if (state.Due <= now + RetrySchedule.Longest)
            return state;
        var planned = state.Failures == 0 && state.Certificate == served.Leaf.Thumbprint ? Due(served) : now;
        return planned < state.Due ? state with { Due = planned } : state;
    }

    /// <summary>When a certificate is to be renewed.</summary>
    public static DateTimeOffset Due(ServingCertificate certificate) =>
        RenewalPolicy.Due(certificate.NotBefore, certificate.NotAfter, new Random(BitConverter.ToInt32(certificate.Leaf.GetCertHash())));
}
