using EdgeProxy.Sites;

namespace EdgeProxy.Proxy.Section;

/// <summary>The pipeline in front of the sites while YARP's own section has routes: ASP.NET Core's routing with those routes, and the
/// sites as the route of last resort. Apart from the host's endpoints, which must never be reachable through a site.</summary>
internal static class SectionPipeline
{
    public static RequestDelegate Build(IServiceProvider services, RequestDelegate toSite)
    {
        var app = new ApplicationBuilder(services);
        app.Use(RemoveTrailingDot);
        app.UseRouting();
        app.UseRequestTimeouts();
        app.UseEndpoints(endpoints =>
        {
            endpoints.MapReverseProxy();
            // As a route, so that a route of the section for other methods or headers does not end in 405 or 415 here.
            endpoints.Map("/{**path}", toSite).WithOrder(int.MaxValue);
        });
        app.Run(toSite);
        return app.Build();
    }

    // A name with a dot at its end is the same name (RFC 3986 §3.2.2), but not to routing.
    private static Task RemoveTrailingDot(HttpContext context, RequestDelegate next)
    {
        var host = context.Request.Host;
        if (host.Host.EndsWith('.'))
        {
            var name = RequestFacts.Of(context).Host;
            context.Request.Host = host.Port is { } port ? new HostString(name, port) : new HostString(name);
        }

        return next(context);
    }
}
