namespace EdgeProxy.Acme;

/// <summary>What a solver needs to know of a challenge.</summary>
/// <param name="Identifier">The name to prove control of, without <c>*.</c>.</param>
/// <param name="Token">The challenge's token: base64url, so safe in a path.</param>
/// <param name="KeyAuthorization">Token and account key in one (RFC 8555 §8.1).</param>
public sealed record AcmeChallengeContext(AcmeIdentifier Identifier, string Token, string KeyAuthorization);
