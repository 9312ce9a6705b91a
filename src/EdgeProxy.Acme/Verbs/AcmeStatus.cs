using System.Text.Json.Serialization;

namespace EdgeProxy.Acme;

/// <summary>Where an account, order, authorization or challenge stands (RFC 8555 §7.1.6).</summary>
[JsonConverter(typeof(AcmeStatusConverter))]
public enum AcmeStatus
{
    /// <summary>A status RFC 8555 does not name.</summary>
    Unknown,

    /// <summary>Something is left for us to do, or for the CA to check.</summary>
    Pending,

    /// <summary>The order can be finalized.</summary>
    Ready,

    /// <summary>The CA is at work.</summary>
    Processing,

    /// <summary>Done, in the good sense.</summary>
    Valid,

    /// <summary>Failed, for good.</summary>
    Invalid,

    /// <summary>Given up by the client.</summary>
    Deactivated,

    /// <summary>Too old.</summary>
    Expired,

    /// <summary>Given up by the CA.</summary>
    Revoked,
}
