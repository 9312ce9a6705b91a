using System.Text.Json.Serialization;

namespace EdgeProxy.Acme;

/// <summary>An account's right to certificates for one name (RFC 8555 §7.1.4).</summary>
public sealed record AcmeAuthorization : IPolled
{
    /// <summary>The authorization's URL.</summary>
    [JsonIgnore]
    public Uri Url { get; init; } = null!;

    /// <summary>The name; without the <c>*.</c> where <see cref="Wildcard"/> is set.</summary>
    public required AcmeIdentifier Identifier { get; init; }

    /// <summary>pending, valid, invalid, deactivated, expired or revoked.</summary>
    public required AcmeStatus Status { get; init; }

    /// <summary>Whether this is about every name one label below <see cref="Identifier"/>.</summary>
    public bool Wildcard { get; init; }

    /// <summary>The ways to prove control of the name; one of them is enough.</summary>
    public IReadOnlyList<AcmeChallenge> Challenges { get; init; } = [];

    /// <summary>How long the CA asks to wait before looking again.</summary>
    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }

    internal AcmeAuthorization From(AcmeResponse response, Uri url) => this with
    {
        Url = url,
        RetryAfter = response.RetryAfter,
        Challenges = [.. Challenges.Select(challenge => challenge.From(response.Url))],
    };
}

/// <summary>One way to prove control of a name (RFC 8555 §7.1.5). Types we do not know may lack everything but the type.</summary>
public sealed record AcmeChallenge
{
    /// <summary>The kind: <c>http-01</c>, <c>dns-01</c>, <c>tls-alpn-01</c>, ...</summary>
    public string Type { get; init; } = "";

    /// <summary>Where to say that the proof is in place.</summary>
    public Uri? Url { get; init; }

    /// <summary>pending, processing, valid or invalid.</summary>
    public AcmeStatus Status { get; init; }

    /// <summary>The random part of the proof, as the CA sent it: check it before use (RFC 8555 §8.3).</summary>
    public string? Token { get; init; }

    /// <summary>Why the proof failed.</summary>
    public AcmeProblem? Error { get; init; }

    /// <summary>How long the CA asks to wait before looking at the result.</summary>
    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }

    internal AcmeChallenge From(Uri authorization) => this with { Url = Url is null ? null : new Uri(authorization, Url) };
}
