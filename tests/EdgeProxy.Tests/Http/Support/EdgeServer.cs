using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Hosting.Listening;
using EdgeProxy.Http;
using EdgeProxy.Observability;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeProxy.Tests.Http;

/// <summary>The pipeline on a real Kestrel with an http and an https listener; where the proxy would be, <see cref="Answer"/> answers.</summary>
internal sealed class EdgeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly IDisposable _observer;

    private EdgeServer(WebApplication app, IDisposable observer)
    {
        _app = app;
        _observer = observer;
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.ToArray();
        HttpPort = new Uri(addresses[0]).Port;
        HttpsPort = new Uri(addresses[1]).Port;
    }

    public int HttpPort { get; }

    public int HttpsPort { get; }

    public required ChallengeTable Challenges { get; init; }

    public required LogLines Log { get; init; }

    /// <summary>What arrived at the end of the pipeline.</summary>
    public required ConcurrentQueue<Arrival> Arrivals { get; init; }

    /// <param name="config">The sites.</param>
    /// <param name="answer">What the end of the pipeline answers.</param>
    /// <param name="sharesCertificate">Names that share a certificate, beside the rule that a name shares its own and no name means the first site.</param>
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
        var log = new LogLines(accessLevel);
        var challenges = new ChallengeTable();
        var sites = new CurrentSites(new SiteTable(config));
        var arrivals = new ConcurrentQueue<Arrival>();

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel((_, options) => Listen(options, kestrel, wrap));
        var app = builder.Build();
        app.UseMiddleware<AccessLogMiddleware>((Func<HttpContext, AccessLogSubject?>)RequestSubject.Of, TimeProvider.System);
        app.UseMiddleware<ErrorMiddleware>();
        app.UseMiddleware<ChallengeMiddleware>(challenges);
        app.UseMiddleware<SiteMiddleware>(sites, Shares(config, sharesCertificate));
        app.UseMiddleware<RedirectMiddleware>(sites);
        app.Run(context =>
        {
            arrivals.Enqueue(Arrival.Of(context));
            return (answer ?? Answer)(context);
        });

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

    public Task<RawResponse> HttpAsync(string request) => RawClient.SendAsync(HttpPort, Encoding.Latin1.GetBytes(request));

    public Task<RawResponse> HttpsAsync(string request, string tlsName = "example.org") =>
        RawClient.SendAsync(HttpsPort, Encoding.Latin1.GetBytes(request), tlsName);

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

    private static void Listen(KestrelServerOptions options, Action<KestrelServerOptions>? more, ConnectionDelegateWrapper? wrap)
    {
        options.AddServerHeader = false;
        options.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
        options.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        Listeners.SetLimits(options.Limits);
        more?.Invoke(options);
        options.Listen(IPAddress.Loopback, 0, listen => Prepare(listen, ListenerKind.Http, wrap));
        options.Listen(IPAddress.Loopback, 0, listen =>
        {
            // As in the product: only then is the client's name known on a resumed session too.
            var tls = new SslServerAuthenticationOptions { ServerCertificate = Certificate(), ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] };
            listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls) });
            Prepare(listen, ListenerKind.Https, wrap);
        });
    }

    private static void Prepare(ListenOptions listen, ListenerKind kind, ConnectionDelegateWrapper? wrap)
    {
        listen.Use(ListenerFeature.Mark(kind));
        if (wrap is not null)
            listen.Use(next => wrap(next));
        var loggers = listen.ApplicationServices.GetRequiredService<ILoggerFactory>();
        listen.Use(new RejectionMiddleware(loggers, TimeProvider.System).Use);
    }

    private static Func<string, IPAddress?, string, bool> Shares(EdgeConfig config, Func<string, string, bool>? more) => (tlsName, _, host) =>
        (tlsName.Length == 0 ? config.Sites[0].Name : HostName.FromWire(tlsName)) == host || more?.Invoke(tlsName, host) == true;

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=example.org", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}

internal delegate ConnectionDelegate ConnectionDelegateWrapper(ConnectionDelegate next);

/// <summary>A request as the end of the pipeline saw it.</summary>
internal sealed record Arrival(string RawTarget, string ClientHost, RequestSite? Site)
{
    public static Arrival Of(HttpContext context) => new(
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
        context.Request.Headers.Host.ToString(),
        context.Features.Get<RequestSite>());
}
