using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Sites;

/// <summary>A configured site and the pipeline that was built for it. A reload that does not change the site keeps this object.</summary>
/// <param name="Pipeline">Answers the site's requests, which have <see cref="RequestFacts"/>.</param>
internal sealed record LiveSite(Site Config, RequestDelegate Pipeline)
{
    public string Name => Config.Name;
}
