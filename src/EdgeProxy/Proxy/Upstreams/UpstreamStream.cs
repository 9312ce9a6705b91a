using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace EdgeProxy.Proxy.Upstreams;

/// <summary>A connection to an upstream. Where the upstream has answered and closed before it has read the whole request, what is
/// still to be sent is dropped, so that its answer is read and not lost: <c>SocketsHttpHandler</c> reads only after it has sent.</summary>
internal sealed class UpstreamStream(Socket socket, UpstreamSockets sockets) : NetworkStream(socket, ownsSocket: true)
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    // On a connection that was used before, a read is under way while the next request is sent: it may get the answer.
    private volatile bool _isReading;
    private volatile bool _hasRead;
    private bool _drops;
    private bool _isReleased;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _hasRead = false;
        _isReading = true;
        try
        {
            var count = await base.ReadAsync(buffer, cancellationToken);
            _hasRead = count > 0;
            return count;
        }
        finally
        {
            _isReading = false;
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_drops)
            return default;
        var write = base.WriteAsync(buffer, cancellationToken);
        return write.IsCompletedSuccessfully ? write : FinishAsync(write);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!Interlocked.Exchange(ref _isReleased, true))
            sockets.Release();
    }

    private async ValueTask FinishAsync(ValueTask write)
    {
        try
        {
            await write;
        }
        catch (IOException)
        {
            _drops = await HasAnswerAsync();
            if (!_drops)
                throw;
        }
    }

    private async Task<bool> HasAnswerAsync()
    {
        try
        {
            // The connection is broken: a read that is under way ends in a moment.
            for (var moments = 0; _isReading && !_hasRead && Socket.Available == 0 && moments < 100; moments++)
                await Task.Delay(Moment, TimeProvider.System);
            return _hasRead || Socket.Available > 0;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
