using EdgeProxy.Configuration.Keys;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Configuration.Parsing;

/// <summary>Makes the CA that a site's names are ordered from out of what is written for the site and for all sites.</summary>
internal static class AcmeConfigParser
{
    public static AcmeConfig Parse(AcmeOptions options)
    {
        var authority = new AcmeConfig
        {
            DirectoryUrl = options.DirectoryUrl ?? (options.Staging is true ? AcmeConfig.LetsEncryptStaging : AcmeConfig.LetsEncrypt),
            Email = options.Email,
            AcceptTermsOfService = options.AcceptTermsOfService ?? false,
            TrustedRoots = options.TrustedRoots,
            KeyType = options.KeyType ?? CertificateKeyType.P256,
            Profile = options.Profile,
            ExternalAccount = options.ExternalAccount,
        };
        if (IsPublic(authority) && !authority.AcceptTermsOfService)
        {
            options.Section.Fail(
                AcmeKeys.AcceptTermsOfService,
                $"must be true: {authority.DirectoryUrl.Host} issues certificates only to those who agree to its terms of service.");
        }

        return authority;
    }

    /// <summary>Whether the CA is one for everybody, not one in a private network.</summary>
    public static bool IsPublic(AcmeConfig authority) =>
        !(HostName.TryParse(authority.DirectoryUrl.IdnHost, out var host) && PrivateNames.IsPrivateHost(host));
}
