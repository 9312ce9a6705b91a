using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Connections;

namespace EdgeProxy.Hosting.Listening;

/// <summary>The addresses that are listened on. Kestrel listens on a purpose for as long as the process lives; which addresses stand behind
/// it changes with the configuration.</summary>
internal sealed class ListenerTable(IConnectionListenerFactory sockets, ConnectionLimit limit, TimeProvider time)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector, IAsyncDisposable
{
    private readonly ImmutableDictionary<ListenerKind, Channel<ConnectionContext>> _accepted =
        Enum.GetValues<ListenerKind>().ToImmutableDictionary(kind => kind, _ => Channel.CreateUnbounded<ConnectionContext>());

    private ImmutableArray<OpenListener> _open = [];

    /// <summary>What accepts connections now.</summary>
    public IEnumerable<ListeningAddress> Addresses => _open.Select(listener => listener.Address);

    /// <summary>Whether connections are accepted at every address of a configuration.</summary>
    public bool AreOpen(ListenerConfig listeners) => !ListeningAddress.Of(listeners).Except(Addresses).Any();

    public bool CanBind(EndPoint endpoint) => endpoint is ListenerEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var purpose = (ListenerEndPoint)endpoint;
        return new(new KestrelListener(purpose, _accepted[purpose.Kind], () => UnbindAsync(purpose.Kind)));
    }

    /// <summary>Takes the ports that are new. They accept nothing before <see cref="PreparedListeners.CommitAsync"/>.</summary>
    public Task<PreparedListeners> PrepareAsync(ListenerConfig listeners) =>
        PreparedListeners.CreateAsync(_open, [.. ListeningAddress.Of(listeners)], Create);

    /// <summary>Puts in force what has been committed, and ends the connections of addresses that are not listened on any more, at the
    /// latest after the grace period.</summary>
    public void Replace(ImmutableArray<OpenListener> open, TimeSpan gracePeriod)
    {
        var closed = _open.Except(open).ToList();
        _open = open;
        foreach (var listener in closed)
            _ = listener.DrainAsync(gracePeriod, time);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _open)
            await listener.DisposeAsync();
    }

    private OpenListener Create(ListeningAddress address) => new(address, sockets, limit, _accepted[address.Kind].Writer);

    private Task UnbindAsync(ListenerKind kind) =>
        Task.WhenAll(_open.Where(listener => listener.Address.Kind == kind).Select(listener => listener.UnbindAsync()));
}
