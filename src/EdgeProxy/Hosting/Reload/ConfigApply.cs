using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;
using EdgeProxy.Hosting.Listening;
using EdgeProxy.Hosting.Pipeline;
using EdgeProxy.Observability;
using EdgeProxy.Proxy;
using EdgeProxy.Proxy.Section;
using EdgeProxy.Sites;
using Microsoft.Extensions.Options;

namespace EdgeProxy.Hosting.Reload;

/// <summary>Puts a configuration in force, room by room: what can fail comes first, and certificates before sites, so that a new name
/// can be served when its site appears.</summary>
internal sealed class ConfigApply(
    CurrentSites sites,
    SitePipeline forwarding,
    RenewalLoop certificates,
    ProxyRoutes routes,
    ListenerEndpoints listeners,
    IOptions<HostOptions> host,
    ReloadableLog log)
{
    /// <summary>Applies what a starting process has parsed, before its listeners are opened.</summary>
    public async Task StartAsync(EdgeConfig config, IConfiguration root)
    {
        await routes.ApplyAsync(root, CancellationToken.None);
        certificates.Apply(config);
        sites.Table = SiteTable.Create(config, site => EdgePipeline.Of(site, forwarding.To));
        host.Value.ShutdownTimeout = config.ShutdownGracePeriod;
    }

    /// <summary>Applies a later configuration; returns once every part of it serves.</summary>
    /// <returns>What stands in the way on this machine; then nothing was applied, unless a port was lost on the way.</returns>
    public async Task<IReadOnlyList<ConfigError>> RunAsync(EdgeConfig config, IConfiguration root)
    {
        var before = sites.Table;
        if (PortCheck.Errors(before.Config.Listeners, config.Listeners) is [_, ..] errors)
            return errors;
        await routes.ApplyAsync(root, CancellationToken.None);
        certificates.Apply(config);
        await certificates.CheckFilesAsync(CancellationToken.None);
        sites.Table = SiteTable.Create(config, site => EdgePipeline.Of(site, forwarding.To), before);
        host.Value.ShutdownTimeout = config.ShutdownGracePeriod;
        log.Apply(root);
        return await listeners.MoveAsync(config.Listeners, CancellationToken.None);
    }
}
