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
            Assert.InRange((RetrySchedule.Next(failures, Now, null, null, new Random(seed)) - Now).TotalMinutes, minutes, minutes * 1.1);
    }

    [Fact]
    public void NeverComesBackBeforeTheCaAllowsItAndNotAllNamesAtOnce()
    {
        var times = Enumerable.Range(0, 100).Select(seed => RetrySchedule.Next(1, Now, Now.AddHours(36), null, new Random(seed))).ToList();

        Assert.All(times, time => Assert.InRange(time, Now.AddHours(36), Now.AddHours(40)));
        Assert.Equal(100, times.Distinct().Count());
    }

    [Fact]
    public void WaitsNoLongerThanAWeekAndADayWhateverTheCaAsksFor() =>
        Assert.Equal(Now.AddDays(8), RetrySchedule.Next(1, Now, Now.AddYears(70), null, new Random(1)));

    [Fact]
    public void AnEarlyRetryAfterDoesNotHastenIt() =>
        Assert.InRange(RetrySchedule.Next(2, Now, Now.AddSeconds(3), null, new Random(1)), Now.AddMinutes(10), Now.AddMinutes(11));

    [Theory]
    [InlineData(5, 24 * 60, 144)]
    [InlineData(5, 10, 1)]
    [InlineData(5, 0.5, 1)]
    [InlineData(2, 24 * 60, 10)]
    [InlineData(3, 600, 60)]
    [InlineData(5, 90 * 24 * 60, 1440)]
    [InlineData(5, -1, 1440)]
    public void ACertificateThatEndsSoonHastensIt(int failures, double left, double minutes) =>
        Assert.InRange(
            (RetrySchedule.Next(failures, Now, null, Now.AddMinutes(left), new Random(1)) - Now).TotalMinutes, minutes, minutes * 1.1);

    [Fact]
    public void ACertificateThatEndsSoonDoesNotOverruleTheCa() =>
        Assert.InRange(RetrySchedule.Next(5, Now, Now.AddHours(36), Now.AddHours(1), new Random(1)), Now.AddHours(36), Now.AddHours(40));
}
