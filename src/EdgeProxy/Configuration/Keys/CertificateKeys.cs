using System.Collections.Immutable;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Keys;

/// <summary>What may be written under a site's <c>Certificate</c>.</summary>
internal static class CertificateKeys
{
    public const string Acme = "Acme";
    public const string File = "File";
    public const string Internal = "Internal";

    public static readonly ValueKey<string?> Source = new(
        "Source",
        ValueKind.Choice((Acme, Acme), (File, File), (Internal, Internal)).OrNull(),
        null,
        "Acme, File or Internal",
        "Acme, or Internal for local names");

    public static readonly ValueKey<string> Path = new(
        "Path", ValueKinds.Path, "", "PEM file of the certificate with its chain, for File", "none");

    public static readonly ValueKey<string> KeyPath = new("KeyPath", ValueKinds.Path, "", "PEM file of the private key, for File", "none");

    public static ImmutableArray<ConfigKey> All => [Source, Path, KeyPath];
}
