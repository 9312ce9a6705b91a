using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using EdgeProxy.Observability;

namespace EdgeProxy.Proxy.Upstreams;

/// <summary>Looks a name up; what it returns is tried in that order.</summary>
internal delegate Task<IPAddress[]> NameLookup(string name, CancellationToken cancellationToken);

/// <summary>The addresses of upstreams' names: looked up for each connection, so that a change is followed at once; where DNS fails or is
/// slow, the last good ones serve on. A name is looked up once at a time, however many connections wait for it.</summary>
internal sealed class UpstreamNames(NameLookup lookup, TimeProvider time, ILogger logger)
{
    /// <summary>How long a connection waits for the lookup of a name whose addresses are known from before.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>How long a lookup may take at all.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Name> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="SocketException">The name has no address, and never had one.</exception>
    public async Task<IPAddress[]> FindAsync(string name, CancellationToken cancellationToken)
    {
        var entry = _names.GetOrAdd(name, _ => new Name());
        var fresh = entry.Share(() => LookUpAsync(name, entry));
        if (entry.LastGood is not { } known)
            return await fresh.WaitAsync(cancellationToken);
        try
        {
            return await fresh.WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception exception) when (exception is SocketException or TimeoutException)
        {
            return known;
        }
    }

    private async Task<IPAddress[]> LookUpAsync(string name, Name entry)
    {
        try
        {
            using var timeout = new CancellationTokenSource(Longest, time);
            var addresses = await lookup(name, timeout.Token);
            if (addresses.Length == 0)
                throw new SocketException((int)SocketError.HostNotFound);
            entry.Succeeded(addresses);
            return addresses;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            if (entry.Failed())
            {
                logger.LogWarning(
                    EdgeEvent.UpstreamNameNotFound.Id(), "{Name} cannot be looked up ({Reason}); its last addresses serve on: {Addresses}",
                    name, exception.Message, string.Join(", ", entry.LastGood!.Select(address => address.ToString())));
            }

            throw exception as SocketException ?? new SocketException((int)SocketError.TryAgain);
        }
    }

    private sealed class Name
    {
        private readonly Lock _lock = new();
        private Task<IPAddress[]>? _lookup;
        private bool _isFailing;

        public IPAddress[]? LastGood { get; private set; }

        /// <summary>The lookup that is under way, or a new one.</summary>
        public Task<IPAddress[]> Share(Func<Task<IPAddress[]>> start)
        {
            lock (_lock)
                return _lookup is { IsCompleted: false } ? _lookup : _lookup = Task.Run(start);
        }

        public void Succeeded(IPAddress[] addresses)
        {
            LastGood = addresses;
            _isFailing = false;
        }

        /// <returns>Whether that is news about a name whose addresses are known.</returns>
        public bool Failed()
        {
            var isNews = !_isFailing && LastGood is not null;
            _isFailing = true;
            return isNews;
        }
    }
}
