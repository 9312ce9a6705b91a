namespace EdgeProxy.Proxy.WebSockets;

/// <summary>The client side of a WebSocket. When the process stops, a Close frame goes to the client after the frame that is under way,
/// and nothing more from the upstream. The client's own Close frame then ends the upstream's side.</summary>
internal sealed class WebSocketFarewellStream : Stream
{
    // RFC 6455 §5.5.1, §7.4.1: a Close frame with status 1001, going away.
    private static readonly byte[] GoingAway = [0x88, 0x02, 0x03, 0xe9];

    private readonly Stream _client;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenRegistration _registration;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly WebSocketFrames _frames = new();
    private bool _saidFarewell;

    public WebSocketFarewellStream(Stream client, CancellationToken stopping)
    {
        _client = client;
        _stopping = stopping;
        _registration = stopping.UnsafeRegister(static stream => _ = ((WebSocketFarewellStream)stream!).StopAsync(), this);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _client.ReadAsync(buffer, cancellationToken);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (_stopping.IsCancellationRequested)
            {
                await EndFrameAsync(buffer, cancellationToken);
                return;
            }

            _frames.Follow(buffer.Span);
            await _client.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _client.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _registration.Dispose();
        _client.Dispose();
        base.Dispose(disposing);
    }

    private async Task StopAsync()
    {
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            await EndFrameAsync(ReadOnlyMemory<byte>.Empty, CancellationToken.None);
        }
        catch (Exception)
        {
            // The client has gone already.
        }
        finally
        {
            _writing.Release();
        }
    }

    private async ValueTask EndFrameAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_saidFarewell)
            return;
        if (_frames.HasClosed)
        {
            await _client.WriteAsync(buffer, cancellationToken);
            return;
        }

        var rest = _frames.FollowToBoundary(buffer.Span);
        if (rest > 0)
            await _client.WriteAsync(buffer[..rest], cancellationToken);
        if (!_frames.AtBoundary || _frames.HasClosed)
            return;
        _saidFarewell = true;
        await _client.WriteAsync(GoingAway, cancellationToken);
    }
}
