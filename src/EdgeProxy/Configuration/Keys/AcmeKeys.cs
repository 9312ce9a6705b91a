using System.Collections.Immutable;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Keys;

/// <summary>What may be written under an <c>Acme</c> section. The defaults hold where neither the site's section nor the
/// general one has the key.</summary>
internal static class AcmeKeys
{
    public static readonly ValueKey<string?> Email = new(
        "Email", ValueKinds.Email.OrNull(), null, "contact address for the CA account", "none");

    public static readonly ValueKey<bool?> AcceptTermsOfService = new(
        "AcceptTermsOfService",
        ValueKinds.Boolean.Nullable(),
        null,
        "must be true where a public CA is used: you have read its terms and agree",
        "false");

    public static readonly ValueKey<Uri?> DirectoryUrl = new(
        "DirectoryUrl", ValueKinds.HttpsUrl.OrNull(), null, "directory of any RFC 8555 CA", "Let's Encrypt");

    public static readonly ValueKey<bool?> Staging = new(
        "Staging", ValueKinds.Boolean.Nullable(), null, "use Let's Encrypt's staging directory; instead of DirectoryUrl", "false");

    public static readonly ValueKey<string> TrustedRoots = new(
        "TrustedRoots", ValueKinds.Path, "", "PEM file with further roots to trust when talking to the CA (Pebble, step-ca)", "none");

    public static readonly ValueKey<string> Challenge = new(
        "Challenge", ValueKinds.Challenge, "http-01", "how control of a name is proved");

    public static readonly ValueKey<CertificateKeyType?> KeyType = new(
        "KeyType",
        ValueKind.Choice([.. Enum.GetValues<CertificateKeyType>().Select(type => (type.ToString(), type))]).Nullable(),
        null,
        "P256, P384, RSA2048, RSA3072 or RSA4096",
        "P256");

    public static readonly ValueKey<string?> Profile = new(
        "Profile", ValueKinds.Text.OrNull(), null, "ACME profile by name, for example tlsserver", "none");

    public static readonly SectionKey ExternalAccount = new("ExternalAccount", "external account binding", ExternalAccountKeys.All);

    public static ImmutableArray<ConfigKey> All =>
        [Email, AcceptTermsOfService, DirectoryUrl, Staging, TrustedRoots, Challenge, KeyType, Profile, ExternalAccount];
}
