using EdgeProxy.Certificates.Renewal;

namespace EdgeProxy.Tests.Certificates.Renewal;

public sealed class RetryScheduleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 10)]
    [InlineData(3, 100)]
    [InlineData(4, 1440)]
    [InlineData(5, 1440)]
    [InlineData(1000, 1440)]
    public void WaitsLongerAfterEveryFailureUpToADay(int failures, double minutes)
    {
        foreach (var seed in Enumerable.Range(0, 100))
            Assert.InRange((RetrySchedule.Next(failures, Now, null, new Random(seed)) - Now).TotalMinutes, minutes, minutes * 1.1);
    }

    [Fact]
    public void NeverComesBackBeforeTheCaAllowsIt() =>
        Assert.Equal(Now.AddHours(36), RetrySchedule.Next(1, Now, Now.AddHours(36), new Random(1)));

    [Fact]
    public void WaitsNoLongerThanAWeekAndADayWhateverTheCaAsksFor() =>
        Assert.Equal(Now.AddDays(8), RetrySchedule.Next(1, Now, Now.AddYears(70), new Random(1)));

    [Fact]
    public void AnEarlyRetryAfterDoesNotHastenIt() =>
        Assert.InRange(RetrySchedule.Next(2, Now, Now.AddSeconds(3), new Random(1)), Now.AddMinutes(10), Now.AddMinutes(11));
}
