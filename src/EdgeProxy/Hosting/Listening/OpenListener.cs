using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Threading.Channels;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace EdgeProxy.Hosting.Listening;

/// <summary>One address that is listened on. From <see cref="Start"/> on its connections are handed to Kestrel; until then they wait in the
/// kernel's queue.</summary>
internal sealed class OpenListener(
    ListeningAddress address, IConnectionListenerFactory sockets, ConnectionLimit limit, ChannelWriter<ConnectionContext> accepted)
    : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ConnectionContext, bool> _connections = [];
    private readonly List<IConnectionListener> _sockets = [];
    private Task _accepting = Task.CompletedTask;
    private volatile bool _isBound;

    public ListeningAddress Address => address;

    /// <summary>Takes the port. Again after <see cref="UnbindAsync"/>, to take it back.</summary>
    /// <returns>Why it cannot be had; null when it is ours.</returns>
    public async Task<SocketError?> BindAsync()
    {
        try
        {
            _sockets.Add(await sockets.BindAsync(address.EndPoint));
            return null;
        }
        catch (AddressInUseException)
        {
            return SocketError.AddressAlreadyInUse;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
    }

    public void Start()
    {
        _isBound = true;
        _accepting = AcceptAsync(_sockets[^1]);
    }

    /// <summary>Gives the port up. Connections that are open go on.</summary>
    public async Task UnbindAsync()
    {
        _isBound = false;
        await _sockets[^1].UnbindAsync();
        await _accepting;
    }

    /// <summary>Ends the connections that came in here: each after the request that is under way, and all after the grace period.</summary>
    public async Task DrainAsync(TimeSpan gracePeriod, TimeProvider time)
    {
        foreach (var connection in _connections.Keys)
            connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        using var late = new CancellationTokenSource(gracePeriod, time);
        using var abort = late.Token.UnsafeRegister(static listener => ((OpenListener)listener!).Abort(), this);
        await Task.WhenAll(_connections.Keys.Select(ClosedAsync));
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in _sockets)
            await socket.DisposeAsync();
    }

    private async Task AcceptAsync(IConnectionListener socket)
    {
        // The admin port stays open to its owner while the others are full.
        var isLimited = address.Kind != ListenerKind.Admin;
        while (await socket.AcceptAsync() is { } connection)
        {
            if (isLimited)
                limit.Count(connection);
            _connections.TryAdd(connection, true);
            connection.ConnectionClosed.UnsafeRegister(_ => _connections.TryRemove(connection, out var _), null);
            if (!accepted.TryWrite(connection))
                await connection.DisposeAsync();
            if (isLimited)
                await limit.WaitForRoomAsync(() => !_isBound);
        }
    }

    private void Abort()
    {
        foreach (var connection in _connections.Keys)
            connection.Abort(new ConnectionAbortedException("Its listener was closed, and the grace period is over."));
    }

    private static async Task ClosedAsync(ConnectionContext connection)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = connection.ConnectionClosed.UnsafeRegister(
            static source => ((TaskCompletionSource)source!).TrySetResult(), closed);
        await closed.Task;
    }
}
