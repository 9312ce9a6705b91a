using System.Globalization;
using EdgeProxy.Configuration.Keys;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Configuration.Writing;

/// <summary>The keys of one site.</summary>
internal static class SiteWriter
{
    public static void Write(SectionWriter section, Site site, CommonAcme general)
    {
        WriteTarget(section, site.Target);
        section.Write(SiteKeys.Aliases, site.Names.Skip(1).Select(name => name.Name));
        section.Write(SiteKeys.HttpsRedirect, site.HttpsRedirect);
        section.Write(SiteKeys.RedirectStatusCode, site.RedirectStatusCode);
        section.Write(SiteKeys.MaxRequestBodySize, site.MaxRequestBodySize ?? 0);
        section.Write(SiteKeys.Errors, errors =>
        {
            foreach (var body in site.Errors.Bodies)
                errors.WriteAs(body.Status.ToString(CultureInfo.InvariantCulture), SiteKeys.ErrorBody, body.Json);
        });
        section.Write(SiteKeys.Certificate, certificate => WriteCertificate(certificate, site.Names));
        if (site.Names.Select(name => name.Certificate).OfType<CertificateSource.Acme>().FirstOrDefault() is { } acme)
            section.Write(SiteKeys.Acme, own => general.WriteOther(own, acme.Authority));
    }

    private static void WriteTarget(SectionWriter section, SiteTarget target)
    {
        switch (target)
        {
            case SiteTarget.Redirect redirect:
                section.Write(SiteKeys.RedirectTo, redirect.Location);
                break;
            case SiteTarget.Proxy proxy:
                section.Write(SiteKeys.Upstream, proxy.Upstreams is [var only] ? only : null);
                section.Write(SiteKeys.Upstreams, proxy.Upstreams.Count > 1 ? proxy.Upstreams : []);
                section.Write(SiteKeys.HostHeader, proxy.HostHeader);
                section.Write(SiteKeys.Timeout, proxy.Timeout);
                section.Write(SiteKeys.ConnectTimeout, proxy.ConnectTimeout);
                section.Write(SiteKeys.RequestBuffering, proxy.RequestBuffering);
                break;
        }
    }

    private static void WriteCertificate(SectionWriter section, ValueList<SiteName> names)
    {
        if (names[0].Certificate is CertificateSource.File file)
        {
            section.Write(CertificateKeys.Source, CertificateKeys.File);
            section.Write(CertificateKeys.Path, file.Path);
            section.Write(CertificateKeys.KeyPath, file.KeyPath);
        }
        else if (names.Any(name => name.Certificate is CertificateSource.Internal != PrivateNames.IsInternalByDefault(name.Name)))
        {
            var isInternal = names[0].Certificate is CertificateSource.Internal;
            section.Write(CertificateKeys.Source, isInternal ? CertificateKeys.Internal : CertificateKeys.Acme);
        }
    }
}
