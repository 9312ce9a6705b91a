using System.Net.Sockets;

namespace EdgeProxy.Proxy;

/// <summary>A connection to an upstream. Where the upstream has answered and closed before it has read the whole request, what is
/// still to be sent is dropped, so that its answer is read instead of lost: <c>SocketsHttpHandler</c> reads only after it has sent.</summary>
internal sealed class UpstreamStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    private ValueTask<int>? _read;
    private bool _drops;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = base.ReadAsync(buffer, cancellationToken);
        _read = read.IsCompleted ? null : read;
        return read;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_drops)
            return default;
        var write = base.WriteAsync(buffer, cancellationToken);
        return write.IsCompletedSuccessfully ? write : FinishAsync(write);
    }

    private async ValueTask FinishAsync(ValueTask write)
    {
        try
        {
            await write;
        }
        catch (IOException) when (HasAnswer())
        {
            _drops = true;
        }
    }

    private bool HasAnswer()
    {
        try
        {
            // On a connection that was used before, a read is under way while the request is sent.
            return Socket.Available > 0 || _read is { IsCompletedSuccessfully: true };
        }
        catch (InvalidOperationException)
        {
            // The read has completed and its result was taken.
            return true;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
