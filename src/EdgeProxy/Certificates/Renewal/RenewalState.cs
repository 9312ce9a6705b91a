using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>Where a name stands with the CA that is configured for it: a closed set. Immutable; what happens leads to another
/// state.</summary>
internal abstract record RenewalState
{
    /// <summary>The CA that is asked.</summary>
    public required string Authority { get; init; }

    /// <summary>The certificate that is there, whoever issued it; null when there is none.</summary>
    public HeldCertificate? Certificate { get; init; }

    /// <summary>An order whose certificate is not here yet.</summary>
    public PendingOrder? Order { get; init; }

    /// <summary>When something is to be done: the earliest date of those that the state waits for.</summary>
    public abstract DateTimeOffset Due { get; }

    /// <summary>There is a certificate of this CA.</summary>
    internal sealed record Held : RenewalState
    {
        /// <summary>When to renew. Another event that such a name waits for gets a date of its own.</summary>
        public required DateTimeOffset RenewalDue { get; init; }

        public override DateTimeOffset Due => RenewalDue;

        protected override RenewalState DueAgain(ServingCertificate? served, DateTimeOffset now) => this with
        {
            RenewalDue = served is not null && served.Leaf.Thumbprint == Certificate?.Thumbprint ? RenewalPolicy.Due(served) : now,
        };
    }

    /// <summary>There is no certificate of this CA, and no attempt to get one has failed.</summary>
    internal sealed record Wanted : RenewalState
    {
        public required DateTimeOffset Since { get; init; }

        public override DateTimeOffset Due => Since;

        protected override RenewalState DueAgain(ServingCertificate? served, DateTimeOffset now) => this with { Since = now };
    }

    /// <summary>The last attempt has failed.</summary>
    internal sealed record Failed : RenewalState
    {
        /// <summary>How many in a row.</summary>
        public required int Failures { get; init; }

        public required string LastError { get; init; }

        public required DateTimeOffset RetryDue { get; init; }

        public override DateTimeOffset Due => RetryDue;

        protected override RenewalState DueAgain(ServingCertificate? served, DateTimeOffset now) => this with { RetryDue = now };
    }

    /// <summary>After a success.</summary>
    public static RenewalState Issued(ServingCertificate certificate, string authority, DateTimeOffset now)
    {
        var (due, earliest) = (RenewalPolicy.Due(certificate), now + RenewalPolicy.Pause(certificate.NotBefore, certificate.NotAfter));
        return new Held
        {
            Authority = authority,
            Certificate = new(certificate.Leaf.Thumbprint, authority),
            RenewalDue = due > earliest ? due : earliest,
        };
    }

    /// <summary>The CA has taken an order.</summary>
    public RenewalState OrderPlaced(Uri order) => this with { Order = new PendingOrder(order, 0) };

    /// <summary>There is no order that could be carried on.</summary>
    public RenewalState WithoutOrder() => this with { Order = null };

    /// <summary>An attempt has failed.</summary>
    /// <param name="served">What is served meanwhile; null for nothing.</param>
    /// <param name="now">When the attempt ended.</param>
    public RenewalState AttemptFailed(IssuanceException failure, ServingCertificate? served, DateTimeOffset now, Random random)
    {
        var failures = this is Failed failed ? failed.Failures + 1 : 1;
        return new Failed
        {
            Authority = Authority,
            Certificate = Certificate,
            Order = failure.OrderIsLost ? null : failure.OrderIsBlameless ? Order : Order?.AfterFailure(),
            Failures = failures,
            LastError = failure.Message,
            RetryDue = RetrySchedule.Next(failures, now, failure.RetryAfter, served?.NotAfter, random),
        };
    }

    /// <summary>The same with a date that can have been meant: one further ahead was written while the clock was wrong.</summary>
    public RenewalState Plausible(ServingCertificate? served, DateTimeOffset now)
    {
        if (Due <= now + RetrySchedule.Longest)
            return this;
        var planned = DueAgain(served, now);
        return planned.Due < Due ? planned : this;
    }

    /// <summary>The same with the date that it would get if it were reached now.</summary>
    protected abstract RenewalState DueAgain(ServingCertificate? served, DateTimeOffset now);
}

/// <summary>A certificate that a name has, and the CA that it came from, if that is known.</summary>
internal sealed record HeldCertificate(string Thumbprint, string? IssuedBy);

/// <summary>An order at the CA that was placed with the key that is kept for it.</summary>
/// <param name="Url">Its address.</param>
/// <param name="Failures">Failed attempts that it may be to blame for.</param>
internal sealed record PendingOrder(Uri Url, int Failures)
{
    // The attempt that placed it, and two that carried it on.
    private const int Attempts = 3;

    /// <returns>Null when it has been tried often enough: it may be stuck.</returns>
    public PendingOrder? AfterFailure() => Failures + 1 >= Attempts ? null : this with { Failures = Failures + 1 };
}
