using System.Text.Json.Serialization;

namespace EdgeProxy.Acme;

/// <summary>An account at the CA (RFC 8555 §7.1.2).</summary>
public sealed record AcmeAccount
{
    /// <summary>The account's URL, its name in every later request; worth storing beside the key.</summary>
    [JsonIgnore]
    public Uri Url { get; init; } = null!;

    /// <summary>valid, deactivated (by us) or revoked (by the CA).</summary>
    public AcmeStatus Status { get; init; }

    /// <summary>Where the CA may write to: <c>mailto:</c> URLs.</summary>
    public IReadOnlyList<string>? Contact { get; init; }

    /// <summary>Whether the terms of service were agreed to, if the CA says so.</summary>
    public bool? TermsOfServiceAgreed { get; init; }
}

/// <summary>What to register an account with.</summary>
/// <param name="Contacts">Where the CA may write to, as URLs: <c>mailto:ops@example.org</c>. May be empty.</param>
/// <param name="TermsOfServiceAgreed">Somebody has read the CA's terms and agrees.</param>
/// <param name="ExternalAccountBinding">The CA's customer account to bind to, where it needs one.</param>
public sealed record AccountRequest(
    IReadOnlyList<string> Contacts, bool TermsOfServiceAgreed, ExternalAccountBinding? ExternalAccountBinding = null);
