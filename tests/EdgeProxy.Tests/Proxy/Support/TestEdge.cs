using System.Collections.Concurrent;
using System.Net;
using System.Text;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Hosting.Listening;
using EdgeProxy.Hosting.Pipeline;
using EdgeProxy.Http;
using EdgeProxy.Observability;
using EdgeProxy.Proxy;
using EdgeProxy.Proxy.Section;
using EdgeProxy.Proxy.Upstreams;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeProxy.Tests.Proxy;

/// <summary>The product's pipeline on a real Kestrel, with one site that forwards.</summary>
internal sealed class TestEdge : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string[] Names = ["site.test", "localhost", "127.0.0.1", "::1", "xn--bcher-kva.test"];

    private readonly WebApplication _app;
    private readonly CurrentSites _sites;
    private readonly EdgeConfig _config;

    private TestEdge(WebApplication app, CurrentSites sites, EdgeConfig config, TestLog log, ConcurrentQueue<(int, string)> access)
    {
        _app = app;
        _sites = sites;
        _config = config;
        Log = log;
        Access = access;
    }

    public int Port { get; private set; }

    public Uri Address => new($"http://localhost:{Port}");

    public TestLog Log { get; }

    /// <summary>Status and upstream of each request that has ended.</summary>
    public ConcurrentQueue<(int Status, string Upstream)> Access { get; }

    public static Task<TestEdge> StartAsync(params Uri[] upstreams) => StartAsync(Target(upstreams));

    public static async Task<TestEdge> StartAsync(
        SiteTarget target,
        HttpProtocols protocols = HttpProtocols.Http1,
        string[]? trustedProxies = null,
        Dictionary<string, string?>? section = null,
        Action<IServiceCollection>? services = null,
        long? maxBody = null,
        string scheme = "http",
        int upstreamSockets = int.MaxValue)
    {
        var config = Config(target, trustedProxies ?? [], maxBody);
        var sites = new CurrentSites();
        var log = new TestLog("EdgeProxy");
        var access = new ConcurrentQueue<(int, string)>();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Information);
        builder.Services
            .AddRoutingCore()
            .AddEdge(sites)
            .AddForwarding(ErrorBody.WriteAsync, upstreamSockets);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Patience);
        services?.Invoke(builder.Services);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            Listeners.SetUp(kestrel);
            kestrel.Listen(IPAddress.Loopback, 0, listener =>
            {
                EdgeServices.SetUp(listener, ListenerKind.Http);
                // The tests do without TLS where the product has it: for HTTP/2 and for the scheme https.
                listener.Protocols = protocols;
                if (scheme == "https")
                    listener.Use(ListenerFeature.Mark(ListenerKind.Https));
            });
        });
        var app = builder.Build();
        var edge = new TestEdge(app, sites, config, log, access);
        app.Use(edge.NoteAsync);
        EdgePipeline.Use(app);
        edge.Serve(config);
        if (section is not null)
            await edge.ApplyAsync(section);
        await app.StartAsync();
        edge.Port = new Uri(app.Urls.First()).Port;
        return edge;
    }

    public static SiteTarget.Proxy Target(params Uri[] upstreams) => new(
        [.. upstreams.Select(upstream => new Upstream.Server(upstream, false))], new HostHeader.Preserve(), Patience, Patience);

    /// <summary>As a reload does it.</summary>
    public void Reload(SiteTarget target) => Serve(_config with { Sites = [_config.Sites[0] with { Target = target }] });

    public Task ApplyAsync(Dictionary<string, string?> section)
    {
        var parsed = YarpSectionParser.Parse(new ConfigurationBuilder().AddInMemoryCollection(section).Build());
        return _app.Services.GetRequiredService<ProxyRoutes>().ApplyAsync(parsed.Config!, CancellationToken.None);
    }

    /// <summary>The next request that has ended.</summary>
    public async Task<(int Status, string Upstream)> EndedAsync()
    {
        (int, string) ended = default;
        await Eventually.BecomesTrueAsync(() => Access.TryDequeue(out ended), () => Log.Text);
        return ended;
    }

    /// <summary>The body of an error of our own.</summary>
    public static string Body(int status) => Encoding.ASCII.GetString(ErrorBody.Default(status).Span);

    public Task StopAsync() => _app.StopAsync();

    public HttpClient Client(Version? version = null) => new(Handler())
    {
        BaseAddress = new Uri("http://site.test/"),
        DefaultRequestVersion = version ?? HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = Patience,
    };

    private SocketsHttpHandler Handler() => new() { AllowAutoRedirect = false, ConnectCallback = ConnectAsync };

    /// <summary>Connects to this edge whatever the address says.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken) =>
        (await RawConnection.OpenAsync(Port, cancellationToken)).Stream;

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Log.Dispose();
    }

    private static EdgeConfig Config(SiteTarget target, string[] trustedProxies, long? maxBody) => new()
    {
        Listeners = new ListenerConfig("127.0.0.1", 80, 443, 8443, null),
        DataDirectory = "/nowhere",
        ShutdownGracePeriod = Patience,
        TrustedProxies = [.. trustedProxies.Select(IPNetwork.Parse)],
        Sites =
        [
            new Site
            {
                Name = "site.test",
                Names = [.. Names.Select(name => new SiteName(name, new CertificateSource.Internal()))],
                Target = target,
                HttpsRedirect = false,
                MaxRequestBodySize = maxBody,
            },
        ],
    };

    private void Serve(EdgeConfig config)
    {
        var upstreams = _app.Services.GetRequiredService<UpstreamGroups>().Prepare(config);
        var forwarding = _app.Services.GetRequiredService<SitePipeline>();
        _sites.Table = SiteTable.Create(config, site => EdgePipeline.Of(site, _ => forwarding.To(upstreams.Of(site))));
        upstreams.Commit();
    }

    private async Task NoteAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        finally
        {
            Access.Enqueue((context.Response.StatusCode, RequestNotes.Of(context).Upstream ?? "-"));
        }
    }
}
