namespace EdgeProxy.Acme;

/// <summary>What to register an account with.</summary>
/// <param name="Contacts">Where the CA may write to, as URLs: <c>mailto:ops@example.org</c>. May be empty.</param>
/// <param name="TermsOfServiceAgreed">Somebody has read the CA's terms and agrees.</param>
/// <param name="ExternalAccountBinding">The CA's customer account to bind to, where it needs one.</param>
public sealed record AccountRequest(
    IReadOnlyList<string> Contacts, bool TermsOfServiceAgreed, ExternalAccountBinding? ExternalAccountBinding = null);
