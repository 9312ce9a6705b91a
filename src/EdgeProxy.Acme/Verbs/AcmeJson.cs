using System.Text.Json.Serialization;

namespace EdgeProxy.Acme;

/// <summary>How the CA's JSON becomes our records: members we do not know are ignored, required ones that are missing are an error.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(AcmeDirectory))]
[JsonSerializable(typeof(AcmeAccount))]
[JsonSerializable(typeof(AcmeOrder))]
[JsonSerializable(typeof(AcmeAuthorization))]
[JsonSerializable(typeof(AcmeChallenge))]
internal sealed partial class AcmeJson : JsonSerializerContext;
