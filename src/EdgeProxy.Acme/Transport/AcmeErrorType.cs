namespace EdgeProxy.Acme;

/// <summary>The types of ACME problems (RFC 8555 §6.7 and the profiles draft), as they stand in <see cref="AcmeProblem.Type"/>.</summary>
public static class AcmeErrorType
{
    internal const string Prefix = "urn:ietf:params:acme:error:";

    /// <summary>No account has this key; register it.</summary>
    public const string AccountDoesNotExist = Prefix + "accountDoesNotExist";

    /// <summary>The certificate was revoked before.</summary>
    public const string AlreadyRevoked = Prefix + "alreadyRevoked";

    /// <summary>The signing request is unacceptable, for example for its key.</summary>
    public const string BadCsr = Prefix + "badCSR";

    /// <summary>The nonce was refused; the client has sent the request again, in vain.</summary>
    public const string BadNonce = Prefix + "badNonce";

    /// <summary>The account's key is not accepted.</summary>
    public const string BadPublicKey = Prefix + "badPublicKey";

    /// <summary>The reason for a revocation is not accepted.</summary>
    public const string BadRevocationReason = Prefix + "badRevocationReason";

    /// <summary>The signature algorithm is not accepted.</summary>
    public const string BadSignatureAlgorithm = Prefix + "badSignatureAlgorithm";

    /// <summary>The account needs an external account binding.</summary>
    public const string ExternalAccountRequired = Prefix + "externalAccountRequired";

    /// <summary>Several problems at once; they are in <see cref="AcmeProblem.Subproblems"/>.</summary>
    public const string Compound = Prefix + "compound";

    /// <summary>A contact is not acceptable.</summary>
    public const string InvalidContact = Prefix + "invalidContact";

    /// <summary>The profile does not exist or is not open to this account.</summary>
    public const string InvalidProfile = Prefix + "invalidProfile";

    /// <summary>The request makes no sense to the CA.</summary>
    public const string Malformed = Prefix + "malformed";

    /// <summary>The order cannot be finalized yet.</summary>
    public const string OrderNotReady = Prefix + "orderNotReady";

    /// <summary>Too many requests; see <see cref="AcmeException.RetryAfter"/>.</summary>
    public const string RateLimited = Prefix + "rateLimited";

    /// <summary>The CA does not issue for this name.</summary>
    public const string RejectedIdentifier = Prefix + "rejectedIdentifier";

    /// <summary>The request is not allowed to this account.</summary>
    public const string Unauthorized = Prefix + "unauthorized";

    /// <summary>A contact's kind is not supported.</summary>
    public const string UnsupportedContact = Prefix + "unsupportedContact";

    /// <summary>The kind of name is not supported.</summary>
    public const string UnsupportedIdentifier = Prefix + "unsupportedIdentifier";

    /// <summary>Somebody has to visit <see cref="AcmeProblem.Instance"/> first.</summary>
    public const string UserActionRequired = Prefix + "userActionRequired";

    /// <summary>Whether the same request is bound to fail again until somebody changes something.</summary>
    internal static bool IsPermanent(string type) => type is AccountDoesNotExist or AlreadyRevoked or BadCsr or BadPublicKey
        or BadRevocationReason or BadSignatureAlgorithm or ExternalAccountRequired or InvalidContact or InvalidProfile or Malformed
        or RejectedIdentifier or UnsupportedContact or UnsupportedIdentifier or UserActionRequired;
}
