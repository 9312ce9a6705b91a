using System.Diagnostics;
using EdgeProxy.Admin;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Http;
using EdgeProxy.Sites;

namespace EdgeProxy.Hosting.Pipeline;

/// <summary>The way of a request: through what all requests share, to the pipeline of its site.</summary>
internal static class EdgePipeline
{
    public static void Use(IApplicationBuilder app)
    {
        app.MapWhen(context => ListenerFeature.Of(context) == ListenerKind.Admin, AdminEndpoints.Map);
        app.UseMiddleware<AccessLogMiddleware>();
        app.UseMiddleware<ErrorMiddleware>();
        app.UseMiddleware<ChallengeMiddleware>();
        app.UseMiddleware<SiteMiddleware>();
        app.UseMiddleware<RequestGuardMiddleware>();
        app.Run(context => RequestFacts.Of(context).Site.Pipeline(context));
    }

    /// <summary>What a site does with its requests.</summary>
    /// <param name="forward">Makes what forwards to upstreams.</param>
    public static RequestDelegate Of(Site site, Func<SiteTarget.Proxy, RequestDelegate> forward)
    {
        var end = site.Target switch
        {
            SiteTarget.Proxy target => forward(target),
            SiteTarget.Redirect target => Redirect.To(target.Location, site.RedirectStatusCode),
            _ => throw new UnreachableException(),
        };
        return site.HttpsRedirect ? Redirect.ToHttps(site, end) : end;
    }
}
