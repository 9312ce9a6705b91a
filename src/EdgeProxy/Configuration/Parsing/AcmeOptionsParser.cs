using EdgeProxy.Configuration.Keys;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Parsing;

/// <summary>Reads the keys of an <c>Acme</c> section and checks each.</summary>
internal static class AcmeOptionsParser
{
    public static AcmeOptions Parse(ConfigSection section)
    {
        var options = new AcmeOptions(section)
        {
            DirectoryUrl = section.Read(AcmeKeys.DirectoryUrl),
            Staging = section.Read(AcmeKeys.Staging),
            Email = section.Read(AcmeKeys.Email),
            AcceptTermsOfService = section.Read(AcmeKeys.AcceptTermsOfService),
            TrustedRoots = section.ReadPath(AcmeKeys.TrustedRoots),
            KeyType = section.Read(AcmeKeys.KeyType),
            Profile = section.Read(AcmeKeys.Profile),
            ExternalAccount = ParseExternalAccount(section.Section(AcmeKeys.ExternalAccount)),
        };
        section.Read(AcmeKeys.Challenge);
        if (options is { Staging: true, DirectoryUrl: not null })
        {
            section.Fail(
                AcmeKeys.Staging, "chooses Let's Encrypt's staging directory, and DirectoryUrl another one: remove one of the two.");
        }

        return options;
    }

    private static ExternalAccount? ParseExternalAccount(ConfigSection section)
    {
        var keyId = section.Read(ExternalAccountKeys.KeyId);
        var hmacKey = section.Read(ExternalAccountKeys.HmacKey);
        if (section.Has(ExternalAccountKeys.KeyId) != section.Has(ExternalAccountKeys.HmacKey))
            section.Fail("needs both, KeyId and HmacKey: the CA gives them out together.");
        return keyId is null || hmacKey is null ? null : new ExternalAccount(keyId, hmacKey);
    }
}
