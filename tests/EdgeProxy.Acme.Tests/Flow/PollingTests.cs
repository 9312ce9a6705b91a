namespace EdgeProxy.Acme.Tests.Flow;

public sealed class PollingTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    public void WaitsAsLongAsTheCaAsks(int attempt)
    {
        Assert.Equal(TimeSpan.FromSeconds(42), PollSchedule.Delay(attempt, TimeSpan.FromSeconds(42), 0.5));
    }

    [Fact]
    public void WaitsLongerEachTimeUpToALimit()
    {
        var delays = Enumerable.Range(0, 15).Select(attempt => PollSchedule.Delay(attempt, null, 0)).ToList();

        Assert.Equal(TimeSpan.FromMilliseconds(100), delays[0]);
        Assert.Equal(delays.Order(), delays);
        Assert.Equal(TimeSpan.FromSeconds(15), delays[^1]);
        Assert.Equal(TimeSpan.FromSeconds(15), PollSchedule.Delay(int.MaxValue, null, 0));
    }

    [Fact]
    public void DoesNotRushWhenTheCaAsksForNoDelayAtAll()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(100), PollSchedule.Delay(0, TimeSpan.Zero, 0));
    }

    [Fact]
    public void SpreadsTheDelaysByAQuarter()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(125), PollSchedule.Delay(0, null, 1));
    }
}
