using System.Text.Json.Serialization;

namespace EdgeProxy.Acme;

/// <summary>How the CA's JSON becomes our records: unknown members are ignored, missing required ones are an error.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AcmeDirectory))]
[JsonSerializable(typeof(AcmeAccount))]
[JsonSerializable(typeof(AcmeOrder))]
[JsonSerializable(typeof(AcmeAuthorization))]
[JsonSerializable(typeof(AcmeChallenge))]
internal sealed partial class AcmeJson : JsonSerializerContext;
