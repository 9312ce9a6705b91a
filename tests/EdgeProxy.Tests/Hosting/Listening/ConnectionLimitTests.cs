using EdgeProxy.Configuration.Model;
using EdgeProxy.Hosting.Listening;

namespace EdgeProxy.Tests.Hosting.Listening;

public sealed class ConnectionLimitTests
{
    [Theory]
    [InlineData(int.MaxValue, true)]
    [InlineData(16, false)]
    [InlineData(null, false)]
    public void SaysSoWhenTheDescriptorsDoNotSufficeForALimit(int? max, bool isTooMuch)
    {
        using var log = new TestLog();
        new ConnectionLimit(TimeProvider.System, log.For<ConnectionLimit>()).Apply(new LimitsConfig(max, null), []);

        Assert.Equal(isTooMuch, log.Warnings.Any(line => line.Contains("raise the limit (ulimit -n)", StringComparison.Ordinal)));
    }

    [Fact]
    public void TheDefaultIsWithinTheDescriptors() =>
        Assert.InRange(DescriptorLimit.DefaultMaxConnections(), 16, DescriptorLimit.OneSide());
}
