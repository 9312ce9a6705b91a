using System.Buffers;
using System.IO.Pipelines;

namespace EdgeProxy.Http;

/// <summary>A connection's output. Forwards every call until <see cref="WriteLast"/>; what the server writes after that is discarded, and
/// our own bytes go out instead. They are written when the server next asks for memory, on the thread that has the output then: another
/// one may be in the middle of a write.</summary>
internal sealed class RejectionWriter(PipeWriter inner) : PipeWriter
{
    private byte[] _discarded = [];
    private volatile byte[]? _last;
    private bool _isWritten;
    private bool _lentInner;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public void WriteLast(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body) => _last = [.. head, .. body];

    public override Memory<byte> GetMemory(int sizeHint = 0) => Lend() ? inner.GetMemory(sizeHint) : Discarded(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => Lend() ? inner.GetSpan(sizeHint) : Discarded(sizeHint);

    public override void Advance(int bytes)
    {
        // Memory that was lent before our bytes were asked for is the connection's own: what the server wrote into it goes out.
        if (_lentInner)
            inner.Advance(bytes);
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        Lend() ? inner.WriteAsync(source, cancellationToken) : inner.FlushAsync(cancellationToken);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    /// <returns>Whether the server may write to the connection; otherwise our last bytes have been written.</returns>
    private bool Lend()
    {
        if (_last is not { } last)
            return _lentInner = true;
        if (!_isWritten)
            inner.Write(last);
        _isWritten = true;
        return _lentInner = false;
    }

    private byte[] Discarded(int sizeHint)
    {
        if (_discarded.Length == 0 || _discarded.Length < sizeHint)
            _discarded = new byte[Math.Max(sizeHint, 4096)];
        return _discarded;
    }
}
