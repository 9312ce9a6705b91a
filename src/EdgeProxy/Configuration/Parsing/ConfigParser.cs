using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Parsing;

/// <summary>The section <c>EdgeProxy</c> to one <see cref="EdgeConfig"/>, or every error in it at once.</summary>
internal static class ConfigParser
{
    public const string SectionName = "EdgeProxy";

    /// <param name="root">The whole configuration.</param>
    /// <param name="baseDirectory">What relative paths are relative to.</param>
    public static ConfigResult Parse(ConfigNode root, string baseDirectory)
    {
        var errors = new List<ConfigError>();
        var section = ConfigSection.Root(root, SectionName, errors);
        var listeners = ListenerParser.Parse(section);
        var dataDirectory = section.Read("DataDirectory", Path.GetFullPath("data", baseDirectory), text => ValueParser.FullPath(text, baseDirectory));
        var gracePeriod = section.Read("ShutdownGracePeriod", TimeSpan.FromSeconds(30), ValueParser.Duration);
        var trustedProxies = section.ReadList("TrustedProxies", ValueParser.Network);
        var acme = AcmeOptionsParser.Parse(section.Section("Acme"), baseDirectory);
        var sites = ParseSites(section.Section("Domains"), new SiteParser(listeners, acme, baseDirectory), baseDirectory);
        section.RejectUnknownKeys();
        return errors.Count > 0 ? ConfigResult.Invalid(errors) : ConfigResult.Valid(new EdgeConfig
        {
            Listeners = listeners,
            DataDirectory = dataDirectory,
            ShutdownGracePeriod = gracePeriod,
            TrustedProxies = [.. trustedProxies.Select(item => item.Value)],
            Sites = sites,
        });
    }

    private static ValueList<Site> ParseSites(ConfigSection domains, SiteParser parser, string baseDirectory)
    {
        if (domains.IsEmpty)
            domains.Fail(LinesToAdd(Path.Combine(baseDirectory, "appsettings.json")));
        return [.. domains.Keys.Select(key => parser.Parse(domains.Section(key))).OfType<Site>()];
    }

    private static string LinesToAdd(string file) => $$"""
        no site is configured yet. Write into {{file}}, with your own domain, mail address and upstream:

        {
          "EdgeProxy": {
            "Acme": { "Email": "ops@example.org", "AcceptTermsOfService": true },
            "Domains": {
              "example.org": { "Upstream": "http://localhost:5000" }
            }
          }
        }

        To try it without a domain: "Domains": { "localhost": { "Upstream": "demo" } }
        """;
}
