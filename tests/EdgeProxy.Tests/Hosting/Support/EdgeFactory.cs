using EdgeProxy.Configuration.Source;
using EdgeProxy.Hosting;
using EdgeProxy.Hosting.Reload;
using EdgeProxy.Observability;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EdgeProxy.Tests.Hosting;

/// <summary>The whole host as the program builds it, over an in-memory server: what is tested is how the rooms are wired.</summary>
internal sealed class EdgeFactory : WebApplicationFactory<ConfigSource>
{
    private readonly TestFolder _folder = new();
    private readonly ConfigSource _source;
    private readonly HangupSignal _hangup = new();
    private ReloadableLog? _log;
    private bool _disposed;

    public EdgeFactory(string json)
    {
        Write(json);
        _source = new ConfigSource(
            new ConfigPlace(_folder.Path, _folder.Path, "Production", "EDGEPROXY_TEST_NONE_"), [], OtherSections.Parse);
    }

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public void Write(string json) => File.WriteAllText(Path.Combine(_folder.Path, "appsettings.json"), json);

    protected override IHostBuilder CreateHostBuilder() => new HostBuilder();

    protected override IHost CreateHost(IHostBuilder builder)
    {
        var loaded = _source.Load();
        Assert.Empty(loaded.Errors);
        _log = ReloadableLog.Start(OtherSections.Of(loaded.Config!).Log, out var problem);
        Assert.Null(problem);
        var app = EdgeHost.Build(_source, _log!, _hangup, ServeInMemory);
        Assert.Empty(app.Services.GetRequiredService<ConfigApply>().RunAsync(loaded.Config!).GetAwaiter().GetResult());
        app.Start();
        return app;
    }

    protected override void Dispose(bool disposing)
    {
        if (_disposed)
            return;
        _disposed = true;
        Services.GetRequiredService<ConfigApply>().StopAsync().GetAwaiter().GetResult();
        base.Dispose(disposing);
        _log?.Dispose();
        _hangup.Dispose();
        _folder.Dispose();
    }

    private static void ServeInMemory(WebApplicationBuilder host)
    {
        host.WebHost.UseTestServer();
        host.Services.AddSingleton<IStartupFilter, RawTarget>();
    }

    // A real server notes the target as it came; the in-memory one does not.
    private sealed class RawTarget : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, rest) =>
            {
                context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = context.Request.Path + context.Request.QueryString;
                return rest(context);
            });
            next(app);
        };
    }
}
