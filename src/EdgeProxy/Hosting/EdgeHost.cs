using System.Diagnostics;
using EdgeProxy.Acme;
using EdgeProxy.Admin;
using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Source;
using EdgeProxy.Hosting.Listening;
using EdgeProxy.Hosting.Pipeline;
using EdgeProxy.Hosting.Reload;
using EdgeProxy.Http;
using EdgeProxy.Observability;
using EdgeProxy.Proxy;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace EdgeProxy.Hosting;

/// <summary>Wires the rooms into one web application. Built from a valid configuration only.</summary>
internal static class EdgeHost
{
    /// <param name="source">Where a reload reads from.</param>
    /// <param name="log">Where everything logs to; it outlives the host.</param>
    /// <param name="configure">Called last, and may change what was set up.</param>
    public static WebApplication Build(
        ConfigSource source, ReloadableLog log, HangupSignal hangup, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ContentRootPath = source.ContentRoot, EnvironmentName = source.Environment });
        builder.Services
            .AddSingleton(TimeProvider.System)
            .AddSingleton(source)
            .AddSingleton<CurrentSites>()
            .AddSingleton<ConfigApply>()
            .AddSingleton<AdminAnnouncement>()
            .AddSingleton<ConfigReload>()
            .AddSingleton(AdminSourcesOf)
            .AddSingleton(hangup)
            .AddHostedService<ReloadLoop>()
            .AddRouting();
        builder.Services.AddSingleton(log).AddSingleton<ILoggerFactory>(log).AddSingleton<AccessLog>();
        AddCertificates(builder.Services);
        builder.Services.AddForwarding(ErrorBody.WriteAsync, DescriptorLimit.OneSide());
        AddListeners(builder);
        configure?.Invoke(builder);

        var app = builder.Build();
        MapPipeline(app);
        return app;
    }

    private static void AddListeners(WebApplicationBuilder builder)
    {
        builder.WebHost.UseKestrelCore();
        builder.Services
            .AddSingleton(all => new ListenerTable(
                ActivatorUtilities.CreateInstance<SocketTransportFactory>(all),
                all.GetRequiredService<ConnectionLimit>(),
                all.GetRequiredService<TimeProvider>()))
            // Kestrel asks the factory that was added last first.
            .AddSingleton<IConnectionListenerFactory>(all => all.GetRequiredService<ListenerTable>())
            .AddSingleton<ConnectionLimit>()
            .AddSingleton<RejectionMiddleware>()
            .AddOptions<KestrelServerOptions>().Configure<ConnectionLimit, TlsHandshake, RejectionMiddleware>(Listen);
    }

    private static void Listen(KestrelServerOptions kestrel, ConnectionLimit limit, TlsHandshake tls, RejectionMiddleware rejection)
    {
        Listeners.SetUp(kestrel);
        foreach (var kind in Enum.GetValues<ListenerKind>())
        {
            kestrel.Listen(
                new ListenerEndPoint(kind), listener => Listeners.SetUp(listener, kind, limit, tls.CreateOptions(), rejection));
        }
    }

    private static void AddCertificates(IServiceCollection services) => services
        .AddSingleton<ChallengeTable>()
        .AddSingleton<IChallengeSolver>(all => new HttpChallengeSolver(
            all.GetRequiredService<ChallengeTable>(), Listening(all.GetRequiredService<IHostApplicationLifetime>())))
        .AddSingleton<FindSharedChallenge>(all => all.GetRequiredService<CertificateKeeper>().FindChallengeAsync)
        .AddSingleton<CertificateTable>()
        .AddSingleton<SessionAnchors>()
        .AddSingleton<TlsHandshake>()
        .AddSingleton<CertificateScope>(all => all.GetRequiredService<TlsHandshake>().IsAuthoritativeFor)
        .AddSingleton(all => ActivatorUtilities.CreateInstance<CertificateKeeper>(all, new Random()));

    private static AdminSources AdminSourcesOf(IServiceProvider all)
    {
        var reload = all.GetRequiredService<ConfigReload>();
        var listeners = all.GetRequiredService<ListenerTable>();
        var sites = all.GetRequiredService<CurrentSites>();
        return new(() => listeners.AreOpen(sites.Table.Config.Listeners), () => reload.Errors, reload.RunAsync);
    }

    private static Task Listening(IHostApplicationLifetime lifetime)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lifetime.ApplicationStarted.Register(started.SetResult);
        return started.Task;
    }

    private static void MapPipeline(WebApplication app)
    {
        // YARP brings the services of authorization, and the host would add a middleware for them to every request.
        ((IApplicationBuilder)app).Properties["__AuthorizationMiddlewareSet"] = true;
        BadRequestObserver.Subscribe(app.Services.GetRequiredService<DiagnosticListener>());
        EdgePipeline.Use(app);
    }
}
