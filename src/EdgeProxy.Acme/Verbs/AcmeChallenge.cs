using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace EdgeProxy.Acme;

/// <summary>One way to prove control of a name (RFC 8555 §7.1.5). Types we do not know may lack everything but the type.</summary>
public sealed record AcmeChallenge
{
    /// <summary>The kind: <c>http-01</c>, <c>dns-01</c>, <c>tls-alpn-01</c>, ...</summary>
    [AllowNull]
    public string Type { get; init => field = value ?? ""; } = "";

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

    internal AcmeChallenge From(AcmeResponse response) => this with { Url = Url is null ? null : response.Resolve(Url) };
}
