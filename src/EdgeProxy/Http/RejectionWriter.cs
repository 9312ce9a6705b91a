using System.Buffers;
using System.IO.Pipelines;

namespace EdgeProxy.Http;

/// <summary>A connection's output. Forwards every call until <see cref="WriteLast"/>; what is written after that goes nowhere.</summary>
internal sealed class RejectionWriter(PipeWriter inner) : PipeWriter
{
    private byte[]? _discarded;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public void WriteLast(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        inner.Write(head);
        inner.Write(body);
        _discarded = new byte[4096];
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => _discarded is null ? inner.GetMemory(sizeHint) : Discarded(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _discarded is null ? inner.GetSpan(sizeHint) : Discarded(sizeHint);

    public override void Advance(int bytes)
    {
        if (_discarded is null)
            inner.Advance(bytes);
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        _discarded is null ? inner.WriteAsync(source, cancellationToken) : inner.FlushAsync(cancellationToken);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    private byte[] Discarded(int sizeHint) => _discarded!.Length >= sizeHint ? _discarded : _discarded = new byte[sizeHint];
}
