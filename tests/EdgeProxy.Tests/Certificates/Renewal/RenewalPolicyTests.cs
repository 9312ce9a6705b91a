using EdgeProxy.Certificates.Renewal;

namespace EdgeProxy.Tests.Certificates.Renewal;

public sealed class RenewalPolicyTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(90, 60)]
    [InlineData(45, 30)]
    [InlineData(10, 6.666)]
    [InlineData(9, 4.5)]
    [InlineData(6, 3)]
    [InlineData(1, 0.5)]
    public void RenewsWhenAThirdIsLeftOrHalfOfAShortLifetime(double lifetimeInDays, double dueInDays)
    {
        foreach (var seed in Enumerable.Range(0, 200))
        {
            var due = RenewalPolicy.Due(Start, Start.AddDays(lifetimeInDays), new Random(seed)) - Start;

            Assert.InRange(due.TotalDays, dueInDays - lifetimeInDays * 0.0201, dueInDays + 0.001);
        }
    }

    [Fact]
    public void CertificatesOfOneDayAreNotRenewedAtOneMoment()
    {
        var dates = Enumerable.Range(0, 100).Select(seed => RenewalPolicy.Due(Start, Start.AddDays(90), new Random(seed))).ToList();

        Assert.True(dates.Max() - dates.Min() > TimeSpan.FromDays(1));
    }

    [Fact]
    public void TheSameCertificateIsAlwaysDueAtTheSameTime() =>
        Assert.Equal(
            RenewalPolicy.Due(Start, Start.AddDays(90), new Random(7)), RenewalPolicy.Due(Start, Start.AddDays(90), new Random(7)));
}
