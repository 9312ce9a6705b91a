using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeProxy.Acme;

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
