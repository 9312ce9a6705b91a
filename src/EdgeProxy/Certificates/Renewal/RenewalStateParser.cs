using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>Translates between a name's state and renewal.json.</summary>
internal static class RenewalStateParser
{
    /// <summary>Makes the state that a name begins with. A stored state counts for as long as it speaks of the same CA, and of the
    /// certificate that is there. It speaks of an earlier one where the process ended after it had stored a certificate and before it had
    /// stored the state.</summary>
    /// <param name="certificate">The one on disk.</param>
    /// <param name="authority">The CA that is configured now.</param>
    public static RenewalState Parse(StoredRenewal? stored, ServingCertificate? certificate, string authority, DateTimeOffset now)
    {
        var described = stored?.Certificate == certificate?.Leaf.Thumbprint ? stored : null;
        var known = described?.Authority == authority ? described : null;
        // A certificate that came without a state, by hand or just before a crash, is taken for this CA's.
        var issuedBy = described is null ? authority : described.IssuedBy;
        var held = certificate is null ? null : new HeldCertificate(certificate.Leaf.Thumbprint, issuedBy);
        var order = known?.Order is { } url ? new PendingOrder(url, known.OrderFailures ?? 0) : null;
        if (known is { Failures: > 0 })
        {
            return new RenewalState.Failed
            {
                Authority = authority,
                Certificate = held,
                Order = order,
                Failures = known.Failures,
                LastError = known.LastError ?? "",
                RetryDue = known.Due,
            };
        }

        if (certificate is not null && issuedBy == authority)
        {
            var due = known?.Due ?? RenewalPolicy.Due(certificate);
            return new RenewalState.Held { Authority = authority, Certificate = held, Order = order, RenewalDue = due };
        }

        return new RenewalState.Wanted { Authority = authority, Certificate = held, Order = order, Since = now };
    }

    public static StoredRenewal ToStored(RenewalState state)
    {
        var failed = state as RenewalState.Failed;
        return new StoredRenewal
        {
            Authority = state.Authority,
            Due = state.Due,
            Failures = failed?.Failures ?? 0,
            LastError = failed?.LastError,
            Order = state.Order?.Url,
            OrderFailures = state.Order is { Failures: > 0 and var failures } ? failures : null,
            Certificate = state.Certificate?.Thumbprint,
            IssuedBy = state.Certificate?.IssuedBy,
        };
    }
}
