using System.Buffers.Text;
using System.Collections.Immutable;
using System.Net.Mail;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Parsing;

/// <summary>The keys of an <c>Acme</c> section, each checked where it is written.</summary>
internal static class AcmeOptionsParser
{
    private static readonly ImmutableArray<(string, CertificateKeyType?)> KeyTypes =
        [.. Enum.GetValues<CertificateKeyType>().Select(type => (type.ToString(), (CertificateKeyType?)type))];

    public static AcmeOptions Parse(ConfigSection section, string baseDirectory)
    {
        var options = new AcmeOptions(section)
        {
            DirectoryUrl = section.Read<Uri?>("DirectoryUrl", null, UrlParser.Https),
            Staging = section.Read<bool?>("Staging", null, text => ValueParser.Boolean(text)),
            Email = section.Read<string?>("Email", null, Email),
            AcceptTermsOfService = section.Read<bool?>("AcceptTermsOfService", null, text => ValueParser.Boolean(text)),
            TrustedRoots = section.Read<string?>("TrustedRoots", null, text => Roots(ValueParser.FullPath(text, baseDirectory))),
            KeyType = section.Read("KeyType", null, text => ValueParser.Choice(text, KeyTypes)),
            Profile = section.Read<string?>("Profile", null, text => text),
            ExternalAccount = ParseExternalAccount(section.Section("ExternalAccount")),
        };
        section.Read<string?>("Challenge", null, Challenge);
        if (options is { Staging: true, DirectoryUrl: not null })
            section.Fail("Staging", "chooses Let's Encrypt's staging directory, and DirectoryUrl another one: remove one of the two.");
        return options;
    }

    private static string Challenge(string text) => text.Equals("http-01", StringComparison.OrdinalIgnoreCase)
        ? text
        : throw new FormatException($"\"{text}\" is not available: only http-01 is. Remove the key.");

    private static string Email(string text)
    {
        var at = text.LastIndexOf('@');
        return at > 0 && MailAddress.TryCreate(text, out var mail) && mail.Address == text && HostName.TryParse(text[(at + 1)..], out _)
            ? text
            : throw new FormatException($"\"{text}\" is not an e-mail address: write one alone, such as ops@example.org.");
    }

    private static string Roots(string path)
    {
        try
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPemFile(path);
            return roots.Count > 0 ? path : throw new FormatException($"{path} has no certificate in it: it must be a PEM file (-----BEGIN CERTIFICATE-----).");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"{path} cannot be read: {e.Message}");
        }
        catch (CryptographicException)
        {
            throw new FormatException($"{path} is damaged: a certificate in it cannot be read.");
        }
    }

    private static ExternalAccount? ParseExternalAccount(ConfigSection section)
    {
        var keyId = section.Read<string?>("KeyId", null, text => text);
        var hmacKey = section.Read<string?>("HmacKey", null, HmacKey);
        if (section.Has("KeyId") != section.Has("HmacKey"))
            section.Fail("needs both, KeyId and HmacKey: the CA gives them out together.");
        return keyId is null || hmacKey is null ? null : new ExternalAccount(keyId, hmacKey);
    }

    /// <summary>Never repeats the value: it is a secret. Some CAs print the ordinary alphabet.</summary>
    private static string HmacKey(string text)
    {
        var key = text.TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return key.Length > 0 && Base64Url.IsValid(key) ? key : throw new FormatException("is not base64url (letters, digits, - and _): copy it from the CA as it is.");
    }
}
