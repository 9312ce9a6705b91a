using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Hosting.Listening;

/// <summary>The listeners of a configuration that is about to be applied: what stays, what is bound and waits, and what can be bound only
/// once the port has been given up, because a listener of ours has it for another address or purpose.</summary>
internal sealed class PreparedListeners : IAsyncDisposable
{
    private readonly List<OpenListener> _bound = [];
    private readonly List<OpenListener> _blocked = [];
    private readonly List<ConfigError> _errors = [];
    private readonly ImmutableArray<OpenListener> _kept;
    private readonly ImmutableArray<OpenListener> _leaving;
    private bool _isCommitted;

    private PreparedListeners(ImmutableArray<OpenListener> open, ImmutableArray<ListeningAddress> next)
    {
        _kept = [.. open.Where(listener => next.Contains(listener.Address))];
        _leaving = [.. open.Except(_kept)];
    }

    /// <summary>What stands in the way on this machine. Commit only where there are none.</summary>
    public IReadOnlyList<ConfigError> Errors => _errors;

    /// <param name="create">Makes a listener that has no port yet.</param>
    public static async Task<PreparedListeners> CreateAsync(
        ImmutableArray<OpenListener> open, ImmutableArray<ListeningAddress> next, Func<ListeningAddress, OpenListener> create)
    {
        var prepared = new PreparedListeners(open, next);
        foreach (var address in next.Except(open.Select(listener => listener.Address)))
            await prepared.BindAsync(create(address));
        return prepared;
    }

    /// <summary>Opens everything, or nothing: a port that cannot be had after all is an error, and what was open is open again.</summary>
    /// <returns>The listeners that are open now; none when there are <see cref="Errors"/>.</returns>
    public async Task<ImmutableArray<OpenListener>> CommitAsync()
    {
        var clashing = _leaving.Where(leaving => _blocked.Any(blocked => SharesPort(leaving, blocked))).ToList();
        foreach (var listener in clashing)
            await listener.UnbindAsync();
        foreach (var listener in _blocked)
        {
            if (await listener.BindAsync() is { } error)
                _errors.Add(listener.Address.Explain(error));
            else
                _bound.Add(listener);
        }

        if (_errors.Count > 0)
        {
            await DisposeAsync();
            foreach (var listener in clashing)
                await RestoreAsync(listener);
            return [];
        }

        foreach (var listener in _leaving.Except(clashing))
            await listener.UnbindAsync();
        foreach (var listener in _bound)
            listener.Start();
        _isCommitted = true;
        return [.. _kept, .. _bound];
    }

    /// <summary>Gives up what was bound and not committed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isCommitted)
            return;
        foreach (var listener in _bound)
            await listener.DisposeAsync();
        _bound.Clear();
    }

    private async Task BindAsync(OpenListener listener)
    {
        var error = await listener.BindAsync();
        if (error is null)
            _bound.Add(listener);
        else if (error == SocketError.AddressAlreadyInUse && _leaving.Any(leaving => SharesPort(leaving, listener)))
            Block(listener);
        else
            _errors.Add(listener.Address.Explain(error.Value));
    }

    private void Block(OpenListener listener)
    {
        // Any port shows whether this machine has the address.
        if (TryAnyPort(listener.Address.EndPoint.Address) is { } error)
            _errors.Add(listener.Address.Explain(error));
        else
            _blocked.Add(listener);
    }

    private async Task RestoreAsync(OpenListener listener)
    {
        if (await listener.BindAsync() is { } error)
            _errors.Add(listener.Address.Explain(error));
        else
            listener.Start();
    }

    private static SocketError? TryAnyPort(IPAddress address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            return null;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
    }

    private static bool SharesPort(OpenListener one, OpenListener other) => one.Address.EndPoint.Port == other.Address.EndPoint.Port;
}
