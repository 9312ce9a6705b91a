using EdgeProxy.Proxy.Upstreams;
using Microsoft.Extensions.Time.Testing;

namespace EdgeProxy.Tests.Proxy.Upstreams;

public sealed class UpstreamHealthTests
{
    private readonly FakeTimeProvider _clock = new();

    // u: unreachable, f: failed, s: succeeded
    [Theory]
    [InlineData("", true)]
    [InlineData("s", true)]
    [InlineData("u", false)]
    [InlineData("f", true)]
    [InlineData("ff", true)]
    [InlineData("fff", false)]
    [InlineData("ffsff", true)]
    [InlineData("ffsfff", false)]
    [InlineData("us", false)]
    public void AvoidsAnUnreachableUpstreamAtOnceAndAnotherAfterThreeFailuresInARow(string events, bool isHealthy) =>
        Assert.Equal(isHealthy, After(events).IsHealthy);

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
                _ => health.Succeeded,
            };
            act();
        }

        return health;
    }
}
