using System.Text.Json.Serialization;

namespace EdgeProxy.Acme;

/// <summary>An order for one certificate (RFC 8555 §7.1.3).</summary>
public sealed record AcmeOrder : IPolled
{
    /// <summary>The order's URL; with it an order can be resumed after a crash.</summary>
    [JsonIgnore]
    public Uri Url { get; init; } = null!;

    /// <summary>pending, ready, processing, valid or invalid.</summary>
    public required AcmeStatus Status { get; init; }

    /// <summary>From when on the CA may have forgotten the order.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The names ordered.</summary>
    public required IReadOnlyList<AcmeIdentifier> Identifiers { get; init; }

    /// <summary>One authorization a name; some may be valid already.</summary>
    public required IReadOnlyList<Uri> Authorizations { get; init; }

    /// <summary>Takes the signing request once the order is ready.</summary>
    public required Uri Finalize { get; init; }

    /// <summary>The profile the CA issues under (draft-ietf-acme-profiles).</summary>
    public string? Profile { get; init; }

    /// <summary>Where the certificate is, once it is.</summary>
    public Uri? Certificate { get; init; }

    /// <summary>Why the order failed.</summary>
    public AcmeProblem? Error { get; init; }

    /// <summary>How long the CA asks to wait before looking again.</summary>
    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }

    internal AcmeOrder From(AcmeResponse response, Uri url) => this with
    {
        Url = url,
        RetryAfter = response.RetryAfter,
        Authorizations = [.. Authorizations.Select(authorization => response.Resolve(authorization))],
        Finalize = response.Resolve(Finalize),
        Certificate = Certificate is null ? null : response.Resolve(Certificate),
    };
}
