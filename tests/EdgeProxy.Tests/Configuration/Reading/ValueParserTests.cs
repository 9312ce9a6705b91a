using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Tests.Configuration.Reading;

public class ValueParserTests
{
    [Theory]
    [InlineData("00:00:30", 30)]
    [InlineData("0:01:00", 60)]
    [InlineData("1.00:00:00", 86400)]
    [InlineData("00:00:00.5", 0.5)]
    public void TakesDurations(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), ValueParser.Duration(text));

    [Theory]
    [InlineData("30")]
    [InlineData("30s")]
    [InlineData("00:30")]
    [InlineData("24:00:00")]
    [InlineData("-00:00:01")]
    [InlineData("8.00:00:00")]
    [InlineData("00:00:30\n")]
    public void RefusesWhatReadsLikeAnotherDuration(string text) => Assert.Throws<FormatException>(() => ValueParser.Duration(text));

    [Theory]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("10.1.2.3/8", "10.0.0.0/8")]
    [InlineData("10.1.2.3", "10.1.2.3/32")]
    [InlineData("::1", "::1/128")]
    [InlineData("2001:DB8::/32", "2001:db8::/32")]
    public void TakesNetworks(string text, string network) => Assert.Equal(network, ValueParser.Network(text).ToString());

    [Theory]
    [InlineData("10/8")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/")]
    [InlineData("*")]
    [InlineData("example.org")]
    public void RefusesOtherNetworks(string text) => Assert.Throws<FormatException>(() => ValueParser.Network(text));
}
