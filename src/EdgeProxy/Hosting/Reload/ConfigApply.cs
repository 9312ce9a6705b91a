using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;
using EdgeProxy.Configuration.Source;
using EdgeProxy.Hosting.Listening;
using EdgeProxy.Hosting.Pipeline;
using EdgeProxy.Observability;
using EdgeProxy.Proxy;
using EdgeProxy.Proxy.Section;
using EdgeProxy.Proxy.Upstreams;
using EdgeProxy.Sites;
using Microsoft.Extensions.Options;

namespace EdgeProxy.Hosting.Reload;

/// <summary>Puts a configuration in force, at start and on a reload alike. Everything that can fail is prepared first or can be taken back:
/// a configuration is applied as a whole, or what was in force stays. One at a time, and none once the process stops.</summary>
internal sealed class ConfigApply(
    CurrentSites sites,
    UpstreamGroups upstreams,
    SitePipeline forwarding,
    CertificateKeeper certificates,
    ProxyRoutes routes,
    ListenerTable listeners,
    ConnectionLimit connections,
    AdminAnnouncement announcement,
    IOptions<HostOptions> host,
    ReloadableLog log) : IDisposable
{
    private static readonly ConfigError Stopping = new("EdgeProxy", "EdgeProxy is stopping, so nothing is applied any more.");

    private readonly SemaphoreSlim _one = new(1);
    private OtherSections? _inForce;
    private SiteTable? _table;
    private bool _isStopped;

    /// <summary>Returns once every part of the configuration serves.</summary>
    /// <returns>What stands in the way on this machine; then nothing was applied.</returns>
    public async Task<IReadOnlyList<ConfigError>> RunAsync(ParsedConfig config)
    {
        await _one.WaitAsync();
        try
        {
            return _isStopped ? [Stopping] : await ApplyAsync(config.Edge, OtherSections.Of(config));
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Ends what works in the background. What is served goes on being served.</summary>
    public async Task StopAsync()
    {
        await _one.WaitAsync();
        try
        {
            _isStopped = true;
            await certificates.StopAsync();
            await announcement.RemoveAsync();
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<IReadOnlyList<ConfigError>> ApplyAsync(EdgeConfig config, OtherSections sections)
    {
        await using var ports = await listeners.PrepareAsync(config.Listeners);
        if (ports.Errors.Count > 0)
            return ports.Errors;
        using var logging = await log.PrepareAsync(sections.Log);
        if (logging.Problem is { } problem)
            return [new ConfigError(SerilogSection.Name, problem)];
        var groups = upstreams.Prepare(config);
        var table = SiteTable.Create(config, site => EdgePipeline.Of(site, _ => forwarding.To(groups.Of(site))), _table);
        try
        {
            await routes.ApplyAsync(sections.Routes, CancellationToken.None);
            var open = await ports.CommitAsync();
            if (ports.Errors.Count > 0)
            {
                await RevertAsync();
                return ports.Errors;
            }

            listeners.Replace(open, config.ShutdownGracePeriod);
            logging.Commit();
            Commit(config, table);
            groups.Commit();
            await announcement.ReplaceAsync(config);
            // Last, because it takes a moment and decides nothing about the rest.
            if (_inForce is not null)
                await certificates.CheckFilesAsync(CancellationToken.None);
            _inForce = sections;
            return [];
        }
        catch
        {
            await RevertAsync();
            throw;
        }
    }

    // Nothing here may fail. Certificates come before sites, so that a new name can be served when its site appears.
    private void Commit(EdgeConfig config, SiteTable table)
    {
        certificates.Apply(config);
        sites.Table = _table = table;
        connections.Apply(config.Limits, config.TrustedProxies);
        // The host reads it when it stops.
        host.Value.ShutdownTimeout = config.ShutdownGracePeriod;
    }

    private async Task RevertAsync()
    {
        if (_inForce is not null)
            await routes.ApplyAsync(_inForce.Routes, CancellationToken.None);
    }
}
