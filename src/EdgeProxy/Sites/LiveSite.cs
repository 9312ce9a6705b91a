using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Sites;

/// <summary>A site as long as it is configured alike: what the configuration says, and what it has been made into. A reload that does not
/// touch the site keeps this object.</summary>
/// <param name="Config">The site as configured.</param>
/// <param name="Pipeline">Answers the site's requests, which have <see cref="RequestFacts"/>.</param>
internal sealed record LiveSite(Site Config, RequestDelegate Pipeline)
{
    public string Name => Config.Name;
}
