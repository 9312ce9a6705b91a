using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeProxy.Configuration.Keys;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Source;

/// <summary>Whether the files that the <c>Acme</c> sections name as trusted roots hold certificates: the one look at the disk that a
/// configuration needs before it is taken. (The pair of a site may be written later.)</summary>
internal static class TrustedRootsCheck
{
    /// <param name="tree">The whole configuration.</param>
    /// <param name="baseDirectory">What relative paths are relative to.</param>
    public static IEnumerable<ConfigError> Errors(ConfigNode tree, string baseDirectory)
    {
        // Other errors are dropped here: the parser reports them.
        var root = ConfigSection.Open(tree, EdgeKeys.Section, baseDirectory, []);
        var sites = root.Section(EdgeKeys.Domains).Sections(EdgeKeys.Site);
        var problems = new Dictionary<string, string?>();
        foreach (var section in sites.Select(site => site.Section(SiteKeys.Acme)).Prepend(root.Section(EdgeKeys.Acme)))
        {
            if (section.ReadPath(AcmeKeys.TrustedRoots) is not { } file)
                continue;
            if (!problems.TryGetValue(file, out var problem))
                problems.Add(file, problem = Problem(file));
            if (problem is not null)
                yield return new ConfigError(section.PathOf(AcmeKeys.TrustedRoots), problem);
        }
    }

    private static string? Problem(string file)
    {
        try
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPemFile(file);
            return roots.Count > 0 ? null : $"{file} has no certificate in it: it must be a PEM file (-----BEGIN CERTIFICATE-----).";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{file} cannot be read: {exception.Message}";
        }
        catch (CryptographicException)
        {
            return $"{file} is damaged: a certificate in it cannot be read.";
        }
    }
}
