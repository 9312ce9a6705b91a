using EdgeProxy.Proxy.WebSockets;

namespace EdgeProxy.Tests.Proxy.WebSockets;

public sealed class WebSocketFramesTests
{
    private static readonly byte[] Text = [0x81, 3, 1, 2, 3];
    private static readonly byte[] Empty = [0x82, 0];
    private static readonly byte[] Masked = [0x81, 0x82, 9, 9, 9, 9, 1, 2];
    private static readonly byte[] Close = [0x88, 2, 3, 0xe8];
    private static readonly byte[] Medium = [0x82, 126, 1, 0, .. new byte[256]];
    private static readonly byte[] Long = [0x02, 127, 0, 0, 0, 0, 0, 1, 0, 0, .. new byte[65536]];
    private static readonly byte[] LongMasked = [0x02, 255, 0, 0, 0, 0, 0, 1, 0, 0, 7, 7, 7, 7, .. new byte[65536]];

    public static TheoryData<byte[]> Frames => [Text, Empty, Masked, Close, Medium, Long, LongMasked];

    [Theory]
    [MemberData(nameof(Frames))]
    public void KnowsTheEndOfAFrameHoweverItArrives(byte[] frame)
    {
        foreach (var step in new[] { 1, 2, 3, 7, 1000, frame.Length })
        {
            var frames = new WebSocketFrames();
            for (var start = 0; start < frame.Length; start += step)
            {
                frames.Follow(frame.AsSpan(start, Math.Min(step, frame.Length - start)));
                Assert.Equal(start + step >= frame.Length, frames.AtBoundary);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public void FindsTheBoundaryBehindTheFrameThatIsUnderWay(byte[] frame)
    {
        byte[] bytes = [.. frame, .. Text, .. Text];
        for (var begun = 1; begun < Math.Min(frame.Length, 20); begun++)
        {
            var frames = new WebSocketFrames();
            frames.Follow(bytes.AsSpan(0, begun));
            Assert.Equal(frame.Length - begun, frames.FollowToBoundary(bytes.AsSpan(begun)));
            Assert.True(frames.AtBoundary);
            Assert.Equal(0, frames.FollowToBoundary(Text));
        }
    }

    [Fact]
    public void BeginsAtABoundary() => Assert.True(new WebSocketFrames().AtBoundary);

    [Fact]
    public void NoticesACloseFrame()
    {
        var frames = new WebSocketFrames();
        frames.Follow([.. Text, .. Medium, .. Empty]);
        Assert.False(frames.HasClosed);
        frames.Follow(Close);
        Assert.True(frames.HasClosed);
    }
}
