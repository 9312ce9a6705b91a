using EdgeProxy.Certificates;
using EdgeProxy.Configuration;
using EdgeProxy.Observability;
using EdgeProxy.Proxy;
using Microsoft.Extensions.Options;

namespace EdgeProxy.Hosting;

/// <summary>Puts a configuration in force, room by room: certificates first, so that a new name can be served when its route appears.</summary>
internal sealed class ConfigApply(
    CurrentSites sites,
    RenewalLoop certificates,
    ProxyRoutes routes,
    ListenerEndpoints listeners,
    IOptions<HostOptions> host,
    ReloadableLog log)
{
    /// <summary>Applies <paramref name="loaded"/>; returns once every part of it serves.</summary>
    public async Task RunAsync(LoadedConfig loaded, CancellationToken cancel)
    {
        var config = loaded.Config;
        certificates.Apply(config);
        await routes.ApplyAsync(config, loaded.Root, cancel);
        sites.Table = new SiteTable(config);
        listeners.Set(config.Listeners);
        host.Value.ShutdownTimeout = config.ShutdownGracePeriod;
        log.Apply(loaded.Root);
    }
}
