using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;
using EdgeProxy.Hosting.Listening;
using EdgeProxy.Observability;
using EdgeProxy.Proxy.Section;
using EdgeProxy.Sites;
using Microsoft.Extensions.Options;

namespace EdgeProxy.Hosting.Reload;

/// <summary>Puts a configuration in force, room by room: what can fail comes first, and certificates before sites, so that a new name
/// can be served when its site appears.</summary>
internal sealed class ConfigApply(
    CurrentSites sites,
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
        host.Value.ShutdownTimeout = config.ShutdownGracePeriod;
    }

    /// <summary>Applies a later configuration; returns once every part of it serves.</summary>
    /// <returns>What stands in the way on this machine; then nothing was applied, unless a port was lost on the way.</returns>
    public async Task<IReadOnlyList<ConfigError>> RunAsync(EdgeConfig config, IConfiguration root)
    {
        if (PortCheck.Errors(sites.Table.Config.Listeners, config.Listeners) is [_, ..] errors)
            return errors;
        await StartAsync(config, root);
        await certificates.CheckFilesAsync(CancellationToken.None);
        sites.Table = new SiteTable(config);
        log.Apply(root);
        return await listeners.MoveAsync(config.Listeners, CancellationToken.None);
    }
}
