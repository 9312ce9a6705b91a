namespace EdgeProxy.Acme;

/// <summary>Why a certificate is revoked (RFC 5280 §5.3.1); the ones subscribers may give.</summary>
public enum RevocationReason
{
    /// <summary>No reason.</summary>
    Unspecified = 0,

    /// <summary>The private key got into wrong hands.</summary>
    KeyCompromise = 1,

    /// <summary>The subject's name or other facts in it changed.</summary>
    AffiliationChanged = 3,

    /// <summary>Another certificate took its place.</summary>
    Superseded = 4,

    /// <summary>The site is gone.</summary>
    CessationOfOperation = 5,
}
