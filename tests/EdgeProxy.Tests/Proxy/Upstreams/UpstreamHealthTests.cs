using EdgeProxy.Proxy.Upstreams;
using Microsoft.Extensions.Time.Testing;

namespace EdgeProxy.Tests.Proxy.Upstreams;

public sealed class UpstreamHealthTests
{
    private readonly FakeTimeProvider _clock = new();

    // u: unreachable, f: failed, s: succeeded, p: eleven seconds pass
    [Theory]
    [InlineData("", true)]
    [InlineData("s", true)]
    [InlineData("u", false)]
    [InlineData("us", false)]
    [InlineData("ffff", true)]
    [InlineData("fffff", false)]
    [InlineData("sssssfffff", false)]
    [InlineData("ssssssfffff", true)]
    [InlineData("ssssssffffff", false)]
    [InlineData("ffffpf", true)]
    [InlineData("ffffpffff", true)]
    [InlineData("ffffpfffff", false)]
    [InlineData("fffffp", true)]
    public void LeavesOutAnUnreachableUpstreamAtOnceAndOneThatFailsHalfOfItsRequests(string events, bool isHealthy) =>
        Assert.Equal(isHealthy, After(events).IsHealthy);

    [Theory]
    [InlineData("u", false)]
    [InlineData("up", true)]
    [InlineData("ffffffffff", true)]
    public void AFailingUpstreamCanStillBeReached(string events, bool isReachable) => Assert.Equal(isReachable, After(events).IsReachable);

    [Fact]
    public void AWallClockThatIsSetBackKeepsNothingOut()
    {
        var time = new SetClock { Wall = DateTimeOffset.UnixEpoch.AddHours(3) };
        var health = new UpstreamHealth(time);
        health.WasUnreachable();
        time.Wall = DateTimeOffset.UnixEpoch;
        Assert.False(health.IsReachable);
        time.Elapsed = UpstreamHealth.Pause;
        Assert.True(health.IsReachable);
    }

    [Fact]
    public void TriesItAgainAfterAPause()
    {
        var health = After("u");
        _clock.Advance(UpstreamHealth.Pause - TimeSpan.FromTicks(1));
        Assert.False(health.IsHealthy);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.True(health.IsHealthy);
    }

    private UpstreamHealth After(string events)
    {
        var health = new UpstreamHealth(_clock);
        foreach (var happened in events)
        {
            Action act = happened switch
            {
                'u' => health.WasUnreachable,
                'f' => health.Failed,
                'p' => () => _clock.Advance(TimeSpan.FromSeconds(11)),
                _ => health.Succeeded,
            };
            act();
        }

        return health;
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Wall { get; set; }

        public TimeSpan Elapsed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => Elapsed.Ticks;
    }
}
