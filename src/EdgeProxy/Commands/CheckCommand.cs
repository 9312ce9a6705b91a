using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Source;
using EdgeProxy.Configuration.Writing;
using EdgeProxy.Hosting;

namespace EdgeProxy.Commands;

/// <summary><c>check</c>: every error of the configuration, or a table of what it means.</summary>
internal sealed class CheckCommand(ConfigSource source, TextWriter output, TextWriter error)
{
    public int Run()
    {
        var result = source.Load();
        if (result.Config?.Edge is not { } config)
        {
            foreach (var problem in result.Errors)
                error.WriteLine(problem);
            return ExitCode.InvalidConfiguration;
        }

        foreach (var line in SiteListing.Of(config))
            output.WriteLine(line);
        foreach (var warning in MissingFiles(config))
            error.WriteLine($"warning: {warning}");
        return ExitCode.Done;
    }

    /// <summary>Not an error: the pair may be written later, and is picked up then.</summary>
    private static IEnumerable<string> MissingFiles(EdgeConfig config) => config.Sites
        .SelectMany(FilesOf, (site, path) => (site, path))
        .Distinct()
        .Where(pair => !File.Exists(pair.path))
        .Select(pair => $"{pair.path} of {pair.site.Name} does not exist or cannot be seen; "
            + "a self-signed placeholder is served until it is there.");

    private static IEnumerable<string> FilesOf(Site site) => site.Names
        .Select(name => name.Certificate)
        .OfType<CertificateSource.File>()
        .SelectMany(file => new[] { file.Path, file.KeyPath });
}
