using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeProxy.Acme;

/// <summary>Where an account, order, authorization or challenge stands (RFC 8555 §7.1.6).</summary>
[JsonConverter(typeof(AcmeStatusConverter))]
public enum AcmeStatus
{
    /// <summary>A status RFC 8555 does not name.</summary>
    Unknown,

    /// <summary>The client has something to do, or the CA something to check.</summary>
    Pending,

    /// <summary>The order can be finalized.</summary>
    Ready,

    /// <summary>The CA is checking or issuing.</summary>
    Processing,

    /// <summary>It succeeded.</summary>
    Valid,

    /// <summary>It failed and cannot succeed any more.</summary>
    Invalid,

    /// <summary>The client has given it up.</summary>
    Deactivated,

    /// <summary>Its time has run out.</summary>
    Expired,

    /// <summary>The CA has withdrawn it.</summary>
    Revoked,
}

/// <summary>A resource that is looked at again and again until it stands where it should.</summary>
internal interface IPolled
{
    /// <summary>Where it stands.</summary>
    AcmeStatus Status { get; }

    /// <summary>How long the CA asks to wait before looking again.</summary>
    TimeSpan? RetryAfter { get; }
}

/// <summary>Reads the statuses of RFC 8555 §7.1.6, and others as <see cref="AcmeStatus.Unknown"/>.</summary>
internal sealed class AcmeStatusConverter : JsonConverter<AcmeStatus>
{
    public override AcmeStatus Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() switch
        {
            "pending" => AcmeStatus.Pending,
            "ready" => AcmeStatus.Ready,
            "processing" => AcmeStatus.Processing,
            "valid" => AcmeStatus.Valid,
            "invalid" => AcmeStatus.Invalid,
            "deactivated" => AcmeStatus.Deactivated,
            "expired" => AcmeStatus.Expired,
            "revoked" => AcmeStatus.Revoked,
            _ => AcmeStatus.Unknown,
        };

    public override void Write(Utf8JsonWriter writer, AcmeStatus value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString().ToLowerInvariant());
}
