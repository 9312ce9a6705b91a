using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Hosting.Listening;
using EdgeProxy.Hosting.Pipeline;
using EdgeProxy.Http;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeProxy.Tests.Http;

/// <summary>
/// The pipeline on a real Kestrel with an http and an https listener; where the proxy would be, <see cref="Answer"/> answers.
/// </summary>
internal sealed class EdgeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly IDisposable _observer;

    private EdgeServer(WebApplication app, IDisposable observer)
    {
        _app = app;
        _observer = observer;
        var ports = app.Urls.Select(url => new Uri(url).Port).ToArray();
        (HttpPort, HttpsPort) = (ports[0], ports[1]);
    }

    public int HttpPort { get; }

    public int HttpsPort { get; }

    /// <summary>Of a challenge that another process has opened.</summary>
    public const string SharedToken = "sha-R_ed";

    public required ChallengeTable Challenges { get; init; }

    public required TestLog Log { get; init; }

    /// <summary>What arrived at the end of the pipeline.</summary>
    public required ConcurrentQueue<Arrival> Arrivals { get; init; }

    /// <param name="config">The sites.</param>
    /// <param name="answer">What the end of the pipeline answers.</param>
    /// <param name="sharesCertificate">
    /// Names that share a certificate, beside the rule that a name shares its own and no name means the first site.
    /// </param>
    /// <param name="accessLevel">The level of the access log.</param>
    /// <param name="kestrel">More settings.</param>
    /// <param name="wrap">Around each connection.</param>
    public static async Task<EdgeServer> StartAsync(
        EdgeConfig config,
        RequestDelegate? answer = null,
        Func<string, string, bool>? sharesCertificate = null,
        LogLevel accessLevel = LogLevel.Information,
        Action<KestrelServerOptions>? kestrel = null,
        ConnectionDelegateWrapper? wrap = null)
    {
        var log = new TestLog(accessLevel: accessLevel);
        var challenges = new ChallengeTable();
        var arrivals = new ConcurrentQueue<Arrival>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        var table = SiteTable.Create(config, site => EdgePipeline.Of(site, End(arrivals, answer ?? Answer)));
        builder.Services
            .AddEdge(new CurrentSites { Table = table })
            .AddSingleton(challenges)
            .AddSingleton<FindSharedChallenge>((token, _) => Task.FromResult(token == SharedToken ? SharedToken + ".shared" : null))
            .AddSingleton(Shares(config, sharesCertificate));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel((_, options) => Listen(options, kestrel, wrap));
        var app = builder.Build();
        EdgePipeline.Use(app);

        var observer = BadRequestObserver.Subscribe(app.Services.GetRequiredService<DiagnosticListener>());
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new EdgeServer(app, observer) { Challenges = challenges, Log = log, Arrivals = arrivals };
    }

    public static EdgeConfig Config(params Site[] sites) => new()
    {
        Listeners = new ListenerConfig("*", 80, 443, 443, null),
        DataDirectory = "/nowhere",
        ShutdownGracePeriod = TimeSpan.FromSeconds(1),
        Sites = [.. sites],
    };

    public static Site Site(params string[] names) => new()
    {
        Name = names[0],
        Names = [.. names.Select(name => new SiteName(name, new CertificateSource.Internal()))],
        Target = new SiteTarget.Proxy(
            [new Upstream.Demo()], new HostHeader.Preserve(), TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10)),
        MaxRequestBodySize = 1000,
    };

    public Task<RawResponse> HttpAsync(string request) => RawClient.SendAsync(HttpPort, request);

    public Task<RawResponse> HttpsAsync(string request, string tlsName = "example.org") =>
        RawClient.SendAsync(HttpsPort, request, tlsName);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        _observer.Dispose();
        await _app.DisposeAsync();
    }

    private static async Task Answer(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        context.Response.ContentLength = 12;
        await context.Response.WriteAsync("from the end", context.RequestAborted);
    }

    private static Func<SiteTarget.Proxy, RequestDelegate> End(ConcurrentQueue<Arrival> arrivals, RequestDelegate answer) => _ => context =>
    {
        arrivals.Enqueue(Arrival.Of(context));
        return answer(context);
    };

    private static void Listen(KestrelServerOptions options, Action<KestrelServerOptions>? more, ConnectionDelegateWrapper? wrap)
    {
        Listeners.SetUp(options);
        more?.Invoke(options);
        // A callback, as the product has one: without it the client's name is unknown on a resumed session.
        var tls = new SslServerAuthenticationOptions
        {
            ServerCertificate = TestCa.CreateSelfSigned("example.org"),
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        var handshake = new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls) };
        foreach (var kind in new[] { ListenerKind.Http, ListenerKind.Https })
            options.Listen(IPAddress.Loopback, 0, listen => SetUp(listen, kind, handshake, wrap));
    }

    private static void SetUp(
        ListenOptions listen, ListenerKind kind, TlsHandshakeCallbackOptions handshake, ConnectionDelegateWrapper? wrap)
    {
        if (wrap is not null)
            listen.Use(next => wrap(next));
        EdgeServices.SetUp(listen, kind, handshake);
    }

    private static CertificateScope Shares(EdgeConfig config, Func<string, string, bool>? more) => (connection, host) =>
        connection.Get<ITlsHandshakeFeature>()?.HostName is not { } tlsName
        || (tlsName.Length == 0 ? config.Sites[0].Name : HostName.FromWire(tlsName)) == host || more?.Invoke(tlsName, host) == true;
}

internal delegate ConnectionDelegate ConnectionDelegateWrapper(ConnectionDelegate next);

/// <summary>A request as the end of the pipeline saw it.</summary>
internal sealed record Arrival(string RawTarget, string ClientHost, RequestFacts? Site)
{
    public static Arrival Of(HttpContext context) => new(
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
        context.Request.Headers.Host.ToString(),
        context.Features.Get<RequestFacts>());
}
