using System.Collections.Immutable;
using EdgeProxy.Configuration.Keys;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Parsing;

/// <summary>Decides name by name where the certificates of one site come from.</summary>
/// <param name="acme">What is written for all sites.</param>
/// <param name="contacts">The mail address of each account, by CA and external account. An account has one: that of its first site.</param>
internal sealed class CertificateSourceParser(
    ConfigSection site, AcmeOptions acme, Dictionary<(Uri Directory, string? KeyId), string?> contacts)
{
    private readonly ConfigSection _section = site.Section(SiteKeys.Certificate);

    public ValueList<SiteName> Parse(ImmutableArray<(string Path, string Value)> names)
    {
        var source = _section.Read(CertificateKeys.Source);
        var file = ParseFile(source);
        var areLocal = !names.IsEmpty && names.All(name => PrivateNames.IsInternalByDefault(name.Value));
        var options = AcmeOptionsParser.Parse(site.Section(SiteKeys.Acme));
        if (source is CertificateKeys.File or CertificateKeys.Internal && site.Has(SiteKeys.Acme))
            site.Fail(SiteKeys.Acme, $"has no effect, because Certificate:Source is {source}: remove one of the two.");
        else if (source is null && areLocal && site.Has(SiteKeys.Acme))
        {
            site.Fail(
                SiteKeys.Acme,
                "has no effect, because such names get their certificates from the internal CA: "
                    + "write \"Certificate\": { \"Source\": \"Acme\" } beside it, or remove it.");
        }

        var authority = new Lazy<AcmeConfig>(() => WithAccountContact(AcmeConfigParser.Parse(options.Over(acme))));
        return [.. names.Select(name => new SiteName(name.Value, source switch
        {
            CertificateKeys.File => file,
            CertificateKeys.Internal => new CertificateSource.Internal(),
            null when PrivateNames.IsInternalByDefault(name.Value) => new CertificateSource.Internal(),
            _ => FromAcme(authority.Value, name.Path, name.Value),
        }))];
    }

    private AcmeConfig WithAccountContact(AcmeConfig authority)
    {
        var account = (authority.DirectoryUrl, authority.ExternalAccount?.KeyId);
        return contacts.TryAdd(account, authority.Email) ? authority : authority with { Email = contacts[account] };
    }

    private CertificateSource.File ParseFile(string? source)
    {
        var path = _section.ReadPath(CertificateKeys.Path) ?? "";
        var keyPath = _section.ReadPath(CertificateKeys.KeyPath) ?? "";
        foreach (var key in new[] { CertificateKeys.Path, CertificateKeys.KeyPath })
        {
            if (source == CertificateKeys.File && !_section.Has(key))
                _section.Fail(key, "is missing: Source File needs Path (certificate and chain) and KeyPath (private key), both PEM files.");
            else if (source != CertificateKeys.File && _section.Has(key))
                _section.Fail(key, "belongs to Source File: write \"Source\": \"File\" beside it, or remove it.");
        }

        return new CertificateSource.File(path, keyPath);
    }

    private CertificateSource.Acme FromAcme(AcmeConfig authority, string path, string name)
    {
        if (name.StartsWith('*'))
        {
            site.FailAt(
                path,
                $"a wildcard certificate needs the challenge dns-01, which is not available: give {name} a certificate with "
                    + "Certificate:Source File, or list the names one by one.");
        }
        else if (PrivateNames.IsReserved(name) && AcmeConfigParser.IsPublic(authority))
        {
            site.FailAt(path, $"no public CA issues a certificate for {name}: remove Certificate:Source, and the internal CA issues it.");
        }

        return new CertificateSource.Acme(authority);
    }
}
