using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;

namespace EdgeProxy.Proxy.Section;

/// <summary>The routes of YARP's own section that are in force. Sites need no routes: a request already knows its site.</summary>
internal sealed class ProxyRoutes : IProxyConfigProvider, IConfigChangeListener, IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private Snapshot _current = new([], []);
    private TaskCompletionSource? _applied;
    private bool _isTaken = true;

    public bool HasRoutes => Volatile.Read(ref _current).Routes.Count > 0;

    /// <summary>Puts a section in force; returns once YARP routes by it.</summary>
    public async Task ApplyAsync(YarpSectionRoutes section, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await SwapAsync(new Snapshot(section.Routes, section.Clusters), cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    IProxyConfig IProxyConfigProvider.GetConfig()
    {
        var current = Volatile.Read(ref _current);
        current.IsTaken = true;
        return current;
    }

    void IConfigChangeListener.ConfigurationLoaded(IReadOnlyList<IProxyConfig> proxyConfigs)
    {
    }

    void IConfigChangeListener.ConfigurationApplied(IReadOnlyList<IProxyConfig> proxyConfigs)
    {
        if (proxyConfigs.Contains(_current))
            _applied?.TrySetResult();
    }

    void IConfigChangeListener.ConfigurationLoadingFailed(IProxyConfigProvider configProvider, Exception exception) =>
        _applied?.TrySetException(exception);

    void IConfigChangeListener.ConfigurationApplyingFailed(IReadOnlyList<IProxyConfig> proxyConfigs, Exception exception) =>
        _applied?.TrySetException(exception);

    public void Dispose() => _one.Dispose();

    private async Task SwapAsync(Snapshot next, CancellationToken cancellationToken)
    {
        var old = _current;
        if (_isTaken && old.HasSameRoutes(next))
            return;
        _applied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _current, next);
        // Before the pipeline is built nobody listens; it then begins with what is here.
        if (!old.IsTaken)
            return;
        old.SignalChange();
        // Until YARP has taken it, the same routes are worth another try.
        _isTaken = false;
        await _applied.Task.WaitAsync(cancellationToken);
        _isTaken = true;
    }

    private sealed class Snapshot(IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters) : IProxyConfig
    {
        private readonly ConfigurationReloadToken _change = new();

        public IReadOnlyList<RouteConfig> Routes => routes;

        public IReadOnlyList<ClusterConfig> Clusters => clusters;

        public IChangeToken ChangeToken => _change;

        /// <summary>Whether YARP has it and listens for its change.</summary>
        public bool IsTaken { get; set; }

        public void SignalChange() => _change.OnReload();

        public bool HasSameRoutes(Snapshot other) => routes.SequenceEqual(other.Routes) && clusters.SequenceEqual(other.Clusters);
    }
}
