using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Observability;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Connections;

namespace EdgeProxy.Hosting.Listening;

/// <summary>Bounds how many connections clients hold at once, all together and each by itself, and how long one may stay silent before its
/// first byte. One too many is closed at once: nobody waits, and what is open goes on.</summary>
internal sealed class ConnectionLimit(TimeProvider time, ILogger<ConnectionLimit> logger)
{
    private static readonly TimeSpan FirstByteTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    /// <summary>How many more sockets than connections there may be: those that are about to be closed because they are too many.</summary>
    private const int MoreSockets = 32;

    private readonly ConcurrentDictionary<IPAddress, int> _byClient = [];
    private Bounds _bounds = new(int.MaxValue, null, []);
    private int _sockets;
    private int _open;
    private int _refused;
    private long _reportedAt;

    /// <summary>For connections from now on; those that are open stay.</summary>
    /// <param name="limits">Without a number, all connections together may be as many as descriptors and memory allow.</param>
    /// <param name="trustedProxies">Their connections stand for many clients, so the limit for one client does not hold for them.</param>
    public void Apply(LimitsConfig limits, ValueList<IPNetwork> trustedProxies)
    {
        if (limits.MaxConnections is { } wanted && wanted > DescriptorLimit.OneSide())
            logger.LogWarning(
                EdgeEvent.ConnectionLimitTooHigh.Id(),
                "Limits:MaxConnections is {Max}, but the descriptors of this process suffice for {Room} connections of clients and as many "
                + "to upstreams: lower it, or raise the limit (ulimit -n)",
                wanted, DescriptorLimit.OneSide());
        var max = limits.MaxConnections ?? DescriptorLimit.DefaultMaxConnections();
        Volatile.Write(ref _bounds, new Bounds(max, limits.MaxConnectionsPerClient, trustedProxies));
    }

    /// <summary>Returns when another socket may be accepted. Until then clients wait in the kernel's queue: they may come faster than they
    /// can be closed, and each has a descriptor meanwhile.</summary>
    /// <param name="isUnneeded">Asked over and over: true ends the wait, because nothing is to be accepted any more.</param>
    public async ValueTask WaitForRoomAsync(Func<bool> isUnneeded)
    {
        while (!isUnneeded() && Volatile.Read(ref _sockets) >= Volatile.Read(ref _bounds).MaxConnections + (long)MoreSockets)
            await Task.Delay(BetweenLooks, time);
    }

    /// <summary>Counts a socket until it is closed.</summary>
    public void Count(ConnectionContext socket)
    {
        Interlocked.Increment(ref _sockets);
        socket.ConnectionClosed.UnsafeRegister(static limit => Interlocked.Decrement(ref ((ConnectionLimit)limit!)._sockets), this);
    }

    /// <summary>Connection middleware, before TLS.</summary>
    public ConnectionDelegate Use(ConnectionDelegate next) => connection => ServeAsync(next, connection);

    private async Task ServeAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        var bounds = Volatile.Read(ref _bounds);
        var client = bounds.ClientOf(connection);
        try
        {
            if (Interlocked.Increment(ref _open) > bounds.MaxConnections || !TryCount(client, bounds))
                Refuse(connection, bounds);
            else if (await SpeaksAsync(connection))
                await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
            Uncount(client);
        }
    }

    private bool TryCount(IPAddress? client, Bounds bounds) =>
        client is null || _byClient.AddOrUpdate(client, 1, static (_, count) => count + 1) <= bounds.MaxConnectionsPerClient;

    private void Uncount(IPAddress? client)
    {
        if (client is not null && _byClient.AddOrUpdate(client, 0, static (_, count) => count - 1) <= 0)
            _byClient.TryRemove(new KeyValuePair<IPAddress, int>(client, 0));
    }

    private async Task<bool> SpeaksAsync(ConnectionContext connection)
    {
        using var timeout = new CancellationTokenSource(FirstByteTimeout, time);
        try
        {
            var read = await connection.Transport.Input.ReadAsync(timeout.Token);
            // The byte is neither consumed nor examined, so that the next reader gets it at once.
            connection.Transport.Input.AdvanceTo(read.Buffer.Start);
            return !read.Buffer.IsEmpty;
        }
        catch (OperationCanceledException)
        {
            connection.Abort(new ConnectionAbortedException("The client has sent nothing."));
            return false;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Refuse(ConnectionContext connection, Bounds bounds)
    {
        connection.Abort(new ConnectionAbortedException("There are too many connections."));
        var refused = Interlocked.Increment(ref _refused);
        var (reported, now) = (Volatile.Read(ref _reportedAt), time.GetTimestamp());
        if (reported != 0 && time.GetElapsedTime(reported, now) < BetweenReports)
            return;
        // One line for a flood, not one for each connection.
        if (Interlocked.CompareExchange(ref _reportedAt, now, reported) == reported)
            logger.LogWarning(
                EdgeEvent.ConnectionsRefused.Id(),
                "{Count} connection(s) refused so far; Limits:MaxConnections is {Max}, Limits:MaxConnectionsPerClient {PerClient}",
                refused, bounds.MaxConnections, bounds.MaxConnectionsPerClient?.ToString() ?? "not set");
    }

    private sealed record Bounds(int MaxConnections, int? MaxConnectionsPerClient, ValueList<IPNetwork> TrustedProxies)
    {
        /// <returns>Whom a connection is counted for; null for nobody.</returns>
        public IPAddress? ClientOf(ConnectionContext connection)
        {
            if (MaxConnectionsPerClient is null)
                return null;
            var address = PlainAddress.Of((connection.RemoteEndPoint as IPEndPoint)?.Address);
            if (ClientAddress.IsTrusted(TrustedProxies, address))
                return null;
            return address.AddressFamily == AddressFamily.InterNetworkV6 ? Network(address) : address;
        }

        // One client has at least a /64 of IPv6 addresses.
        private static IPAddress Network(IPAddress address)
        {
            var bytes = address.GetAddressBytes();
            bytes.AsSpan(8).Clear();
            return new IPAddress(bytes);
        }
    }
}
