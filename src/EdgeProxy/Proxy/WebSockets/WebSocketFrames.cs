using System.Buffers.Binary;

namespace EdgeProxy.Proxy.WebSockets;

/// <summary>Follows a stream of WebSocket frames (RFC 6455 §5.2) and knows where one ends. Looks at heads only.</summary>
internal sealed class WebSocketFrames
{
    private const int CloseOpcode = 8;

    private readonly byte[] _head = new byte[14];
    private int _headLength;
    private ulong _payloadLeft;

    /// <summary>Whether the next byte begins a frame.</summary>
    public bool AtBoundary => _headLength == 0 && _payloadLeft == 0;

    /// <summary>Whether a Close frame has begun: nothing may be said after it.</summary>
    public bool HasClosed { get; private set; }

    public void Follow(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[Step(bytes)..];
    }

    /// <returns>How many of <paramref name="bytes"/> belong to the frame that is under way, which may go on behind them.</returns>
    public int FollowToBoundary(ReadOnlySpan<byte> bytes)
    {
        var followed = 0;
        while (!AtBoundary && followed < bytes.Length)
            followed += Step(bytes[followed..]);
        return followed;
    }

    // Either one byte of a head or as much payload as there is.
    private int Step(ReadOnlySpan<byte> bytes)
    {
        if (_payloadLeft > 0)
        {
            var taken = (int)Math.Min(_payloadLeft, (ulong)bytes.Length);
            _payloadLeft -= (ulong)taken;
            return taken;
        }

        _head[_headLength++] = bytes[0];
        if (_headLength >= 2 && _headLength == HeadLength())
            EndHead();
        return 1;
    }

    private int HeadLength()
    {
        var mask = (_head[1] & 0x80) == 0 ? 0 : 4;
        return mask + (_head[1] & 0x7f) switch { 126 => 4, 127 => 10, _ => 2 };
    }

    private void EndHead()
    {
        _payloadLeft = (_head[1] & 0x7f) switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(_head.AsSpan(2)),
            127 => BinaryPrimitives.ReadUInt64BigEndian(_head.AsSpan(2)),
            var length => (ulong)length,
        };
        HasClosed |= (_head[0] & 0x0f) == CloseOpcode;
        _headLength = 0;
    }
}
