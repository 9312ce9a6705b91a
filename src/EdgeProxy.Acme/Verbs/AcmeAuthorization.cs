using System.Diagnostics.CodeAnalysis;
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
    [AllowNull]
    public IReadOnlyList<AcmeChallenge> Challenges { get; init => field = [.. value?.OfType<AcmeChallenge>() ?? []]; } = [];

    /// <summary>How long the CA asks to wait before looking again.</summary>
    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// The CA has not decided yet. RFC 8555 §7.1.6 has "processing" for challenges only; a CA that uses it here is waited for, too.
    /// </summary>
    internal bool IsPending => Status is AcmeStatus.Pending or AcmeStatus.Processing;

    /// <summary>The name as it stands in the order: with the <c>*.</c> of a wildcard.</summary>
    internal AcmeIdentifier OrderedIdentifier =>
        Wildcard && Identifier.Type == "dns" ? AcmeIdentifier.Dns($"*.{Identifier.Value}") : Identifier;

    /// <summary>The first challenge of a type; a CA offers no more than one.</summary>
    internal AcmeChallenge? ChallengeOf(string type) => Challenges.FirstOrDefault(challenge => challenge.Type == type);

    internal AcmeAuthorization From(AcmeResponse response, Uri url) => this with
    {
        Url = url,
        RetryAfter = response.RetryAfter,
        Challenges = [.. Challenges.Select(challenge => challenge.From(response))],
    };
}
