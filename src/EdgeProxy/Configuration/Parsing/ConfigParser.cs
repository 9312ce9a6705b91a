using EdgeProxy.Configuration.Keys;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;
using EdgeProxy.Configuration.Writing;

namespace EdgeProxy.Configuration.Parsing;

/// <summary>Parses the section <c>EdgeProxy</c> to one <see cref="EdgeConfig"/>, or to every error in it at once.</summary>
internal static class ConfigParser
{
    /// <param name="tree">The whole configuration.</param>
    /// <param name="baseDirectory">What relative paths are relative to.</param>
    public static ConfigResult<EdgeConfig> Parse(ConfigNode tree, string baseDirectory)
    {
        var errors = new List<ConfigError>();
        var section = ConfigSection.Open(tree, EdgeKeys.Section, baseDirectory, errors);
        var listeners = ListenerParser.Parse(section);
        var acme = AcmeOptionsParser.Parse(section.Section(EdgeKeys.Acme));
        var config = new EdgeConfig
        {
            Listeners = listeners,
            DataDirectory = section.ReadPath(EdgeKeys.DataDirectory) ?? baseDirectory,
            ShutdownGracePeriod = section.Read(EdgeKeys.ShutdownGracePeriod),
            Limits = ParseLimits(section.Section(EdgeKeys.Limits)),
            TrustedProxies = [.. section.ReadList(EdgeKeys.TrustedProxies).Select(item => item.Value)],
            Sites = ParseSites(section.Section(EdgeKeys.Domains), new SiteParser(listeners, acme), baseDirectory),
        };
        return errors.Count > 0 ? ConfigResult<EdgeConfig>.Invalid(errors) : ConfigResult<EdgeConfig>.Valid(config);
    }

    private static LimitsConfig ParseLimits(ConfigSection section) =>
        new(section.Read(LimitKeys.MaxConnections), section.Read(LimitKeys.MaxConnectionsPerClient));

    private static ValueList<Site> ParseSites(ConfigSection domains, SiteParser parser, string baseDirectory)
    {
        if (domains.IsEmpty)
            domains.Fail(LinesToAdd(Path.Combine(baseDirectory, "appsettings.json")));
        return [.. domains.Sections(EdgeKeys.Site).Select(parser.Parse).OfType<Site>()];
    }

    private static string LinesToAdd(string file) => $$"""
        no site is configured yet. Write into {{file}}, with your own domain, mail address and upstream:

        {{ConfigWriter.WriteExample("example.org", "ops@example.org", UpstreamParser.Parse("http://localhost:5000"))}}

        To try it without a domain: "Domains": { "localhost": { "Upstream": "demo" } }
        """;
}
