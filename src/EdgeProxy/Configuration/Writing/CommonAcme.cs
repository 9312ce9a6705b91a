using EdgeProxy.Configuration.Keys;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Configuration.Writing;

/// <summary>The ACME settings that all sites share, which are written once, in the general section; each site's own section has the rest.
/// Nothing else may be in the general section, because a site can replace an e-mail address there but not remove it.</summary>
internal sealed class CommonAcme
{
    private readonly AcmeConfig _common;

    private CommonAcme(AcmeConfig common) => _common = common;

    public static CommonAcme Of(IEnumerable<Site> sites)
    {
        AcmeConfig[] all = [.. sites.SelectMany(site => site.Names).Select(name => name.Certificate).OfType<CertificateSource.Acme>()
            .Select(acme => acme.Authority).Distinct()];
        var directory = Common(all, authority => authority.DirectoryUrl) ?? AcmeConfig.LetsEncrypt;
        var isOneCa = all.All(authority => authority.DirectoryUrl == directory);
        return new CommonAcme(new AcmeConfig
        {
            DirectoryUrl = directory,
            Email = Common(all, authority => authority.Email),
            AcceptTermsOfService = Common(all, authority => authority.AcceptTermsOfService),
            TrustedRoots = Common(all, authority => authority.TrustedRoots),
            KeyType = Common(all, authority => authority.KeyType),
            Profile = Common(all, authority => authority.Profile),
            // It belongs to the CA: a site that chooses another one does not inherit it.
            ExternalAccount = isOneCa ? Common(all, authority => authority.ExternalAccount) : null,
        });
    }

    public void Write(SectionWriter section) => Write(section, _common, new AcmeConfig { DirectoryUrl = AcmeConfig.LetsEncrypt });

    /// <summary>What <paramref name="authority"/> has and is not common to all.</summary>
    public void WriteOther(SectionWriter section, AcmeConfig authority) => Write(section, authority, _common);

    private static void Write(SectionWriter section, AcmeConfig authority, AcmeConfig inherited)
    {
        section.Write(AcmeKeys.Email, authority.Email == inherited.Email ? null : authority.Email);
        section.Write(
            AcmeKeys.AcceptTermsOfService,
            authority.AcceptTermsOfService == inherited.AcceptTermsOfService ? null : authority.AcceptTermsOfService);
        if (authority.DirectoryUrl != inherited.DirectoryUrl)
            WriteDirectory(section, authority.DirectoryUrl);
        section.Write(AcmeKeys.TrustedRoots, authority.TrustedRoots == inherited.TrustedRoots ? "" : authority.TrustedRoots ?? "");
        section.Write(AcmeKeys.KeyType, authority.KeyType == inherited.KeyType ? null : authority.KeyType);
        section.Write(AcmeKeys.Profile, authority.Profile == inherited.Profile ? null : authority.Profile);
        if (authority.ExternalAccount is { } account && account != inherited.ExternalAccount)
        {
            section.Write(AcmeKeys.ExternalAccount, own =>
            {
                own.Write(ExternalAccountKeys.KeyId, account.KeyId);
                own.Write(ExternalAccountKeys.HmacKey, account.HmacKey);
            });
        }
    }

    private static void WriteDirectory(SectionWriter section, Uri directory)
    {
        if (directory == AcmeConfig.LetsEncryptStaging)
            section.Write(AcmeKeys.Staging, true);
        else
            section.Write(AcmeKeys.DirectoryUrl, directory);
    }

    private static T? Common<T>(AcmeConfig[] all, Func<AcmeConfig, T> of) =>
        all.Select(of).Distinct().Take(2).ToArray() is [var one] ? one : default;
}
