using EdgeProxy.Certificates;
using EdgeProxy.Configuration;
using EdgeProxy.Http;
using EdgeProxy.Observability;
using EdgeProxy.Proxy;
using Serilog;

namespace EdgeProxy.Hosting;

/// <summary>Wires the rooms into one web application. Built from a valid configuration only.</summary>
internal static class EdgeHost
{
    public static WebApplication Build(ConfigSource source, LoadedConfig loaded)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = source.ContentRoot, EnvironmentName = source.Environment });
        var listeners = new ListenerEndpoints(loaded.Config.Listeners);
        builder.Services
            .AddSingleton(TimeProvider.System)
            .AddSingleton(source)
            .AddSingleton(listeners)
            .AddSingleton(new CurrentSites(new SiteTable(loaded.Config)))
            .AddSingleton<ConfigCheck>()
            .AddSingleton<ConfigApply>()
            .AddSingleton<ConfigReload>()
            .AddHostedService<ReloadLoop>()
            .AddRouting();
        AddLogging(builder, loaded.Root);
        AddCertificates(builder.Services);
        builder.Services.AddForwarding();
        builder.WebHost.UseKestrelCore();
        builder.Services.AddOptions<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>().Configure<TlsHandshake>((kestrel, tls) =>
            Listeners.Configure(kestrel, new ConfigurationBuilder().Add(listeners).Build(), tls.CreateOptions()));

        var app = builder.Build();
        MapPipeline(app);
        return app;
    }

    private static void AddLogging(WebApplicationBuilder builder, IConfiguration root)
    {
        var log = new ReloadableLog(root);
        builder.Services.AddSingleton(log).AddSerilog(log.Logger);
    }

    private static void AddCertificates(IServiceCollection services) => services
        .AddSingleton<ChallengeTable>()
        .AddSingleton<HttpChallengeSolver>()
        .AddSingleton<CertificateTable>()
        .AddSingleton<TlsHandshake>()
        .AddSingleton<RenewalLoop>();

    private static void MapPipeline(WebApplication app)
    {
        app.MapWhen(context => context.Features.GetRequiredFeature<ListenerFeature>().Kind == ListenerKind.Admin, AdminEndpoints.Map);
        app.UseMiddleware<AccessLogMiddleware>();
        app.UseMiddleware<ErrorMiddleware>();
        app.UseMiddleware<ChallengeMiddleware>();
        app.UseMiddleware<SiteMiddleware>();
        app.UseMiddleware<RedirectMiddleware>();
        app.MapForwarding();
    }
}
