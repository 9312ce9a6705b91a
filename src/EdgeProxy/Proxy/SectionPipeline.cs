namespace EdgeProxy.Proxy;

/// <summary>The pipeline in front of the sites while YARP's own section has routes: ASP.NET Core's routing with those routes, and the
/// sites as the route of last resort. Apart from the host's endpoints, which must never be reachable through a site.</summary>
internal static class SectionPipeline
{
    public static RequestDelegate Build(IServiceProvider services, RequestDelegate toSite)
    {
        var app = new ApplicationBuilder(services);
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
}
