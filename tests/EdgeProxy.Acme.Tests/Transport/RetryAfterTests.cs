using System.Net.Http.Headers;

namespace EdgeProxy.Acme.Tests.Transport;

public sealed class RetryAfterTests
{
    private static readonly DateTimeOffset Now = new(2030, 5, 17, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("120", 120)]
    [InlineData("Fri, 17 May 2030 12:01:30 GMT", 90)]
    [InlineData("Fri, 17 May 2030 11:00:00 GMT", 0)]
    [InlineData("2000000000", 365 * 24 * 3600)]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", 365 * 24 * 3600)]
    public void ReadsSecondsAndDates(string header, int seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryAfter.Read(RetryConditionHeaderValue.Parse(header), Now));
    }

    [Fact]
    public void IsNullWithoutAHeader()
    {
        Assert.Null(RetryAfter.Read(null, Now));
    }
}
