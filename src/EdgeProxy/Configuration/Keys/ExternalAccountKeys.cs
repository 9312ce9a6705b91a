using System.Collections.Immutable;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Keys;

/// <summary>What may be written under <c>ExternalAccount</c>: both or none.</summary>
internal static class ExternalAccountKeys
{
    public static readonly ValueKey<string?> KeyId = new(
        "KeyId", ValueKinds.Text.OrNull(), null, "external account binding: the identifier that the CA gives out", "none");

    public static readonly ValueKey<string?> HmacKey = new(
        "HmacKey",
        ValueKinds.HmacKey.OrNull(),
        null,
        "external account binding: the key that the CA gives out, in base64url or base64",
        "none");

    public static ImmutableArray<ConfigKey> All => [KeyId, HmacKey];
}
