using System.Net.Sockets;
using System.Threading.Channels;

namespace EdgeProxy.Proxy.Upstreams;

/// <summary>Bounds how many sockets to upstreams are open at once: each has a descriptor, and one client's connection in HTTP/2 may ask for
/// a hundred of them. One too many waits for another to close; those that only wait for a request are closed for it.</summary>
/// <param name="max">How many; at least 1.</param>
internal sealed class UpstreamSockets(int max)
{
    // One entry for each open socket: a writer waits while the channel is full.
    private readonly Channel<byte> _open = Channel.CreateBounded<byte>(max);

    /// <summary>Asks for sockets that nobody needs at the moment to be closed. Called by any thread.</summary>
    public Action? RunShort { get; set; }

    /// <summary>Takes one, which is given back by <see cref="Release"/>. Waits no longer than <paramref name="patience"/>, and until
    /// <paramref name="cancellationToken"/> ends it.</summary>
    /// <exception cref="SocketException">None has become free: <see cref="SocketError.TooManyOpenSockets"/>, as the system would
    /// say.</exception>
    public ValueTask TakeAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        _open.Writer.TryWrite(0) ? default : new ValueTask(WaitAsync(patience, cancellationToken));

    public void Release() => _open.Reader.TryRead(out _);

    private async Task WaitAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        RunShort?.Invoke();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        enough.CancelAfter(patience);
        try
        {
            await _open.Writer.WriteAsync(0, enough.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TooManyOpenSockets);
        }
    }
}
