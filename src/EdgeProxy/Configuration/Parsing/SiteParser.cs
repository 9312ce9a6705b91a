using System.Collections.Immutable;
using EdgeProxy.Configuration.Keys;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Parsing;

/// <summary>Parses the sites one after the other, and remembers their names: none may belong to two sites.</summary>
internal sealed class SiteParser(ListenerConfig listeners, AcmeOptions acme)
{
    private readonly Dictionary<string, string> _pathByName = [];
    private readonly Dictionary<(Uri Directory, string? KeyId), string?> _contacts = [];

    /// <returns>Null after an error.</returns>
    public Site? Parse(ConfigSection section)
    {
        var names = ParseNames(section);
        var target = SiteTargetParser.Parse(section, listeners);
        var httpsRedirect = section.Read(SiteKeys.HttpsRedirect);
        var statusCode = section.Read(SiteKeys.RedirectStatusCode);
        var bodySize = section.Read(SiteKeys.MaxRequestBodySize);
        var errors = ErrorBodyParser.Parse(section.Section(SiteKeys.Errors));
        var certificates = new CertificateSourceParser(section, acme, _contacts).Parse(names);
        if (names.IsEmpty || target is null)
            return null;
        if (target is SiteTarget.Redirect redirect)
            RejectCircle(section, redirect.Location, names);
        return new Site
        {
            Name = names[0].Value,
            Names = certificates,
            Target = target,
            HttpsRedirect = httpsRedirect,
            RedirectStatusCode = statusCode,
            MaxRequestBodySize = bodySize == 0 ? null : bodySize,
            Errors = errors,
        };
    }

    private ImmutableArray<(string Path, string Value)> ParseNames(ConfigSection section)
    {
        var names = section.ReadList(SiteKeys.Aliases);
        try
        {
            names = names.Insert(0, (section.Path, HostNameParser.Parse(section.Key)));
        }
        catch (FormatException exception)
        {
            section.Fail(exception.Message);
        }

        foreach (var (path, name) in names)
        {
            if (!_pathByName.TryAdd(name, path))
                section.FailAt(path, $"{name} is already the name of a site ({_pathByName[name]}): a name belongs to one site only.");
        }

        return names;
    }

    private void RejectCircle(ConfigSection section, Uri location, ImmutableArray<(string Path, string Value)> names)
    {
        int[] ownPorts = [listeners.HttpPort, listeners.HttpsPort, listeners.PublicHttpsPort];
        if (ownPorts.Contains(location.Port) && HostName.TryParse(location.IdnHost, out var host) && names.Any(name => name.Value == host))
        {
            section.Fail(
                SiteKeys.RedirectTo, $"leads back to this site ({host}), so visitors would go round in circles: name another host.");
        }
    }
}
