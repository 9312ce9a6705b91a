using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Tests.Configuration.Reading;

public class ConfigNodeTests
{
    private static readonly ConfigNode Root = ConfigNode.Create(
    [
        new("z:b", "1"), new("a", "2"), new("Z:a", "3"), new("z", "both"), new("z:b:c", "below a value"),
        new("empty", ""), new("none", null),
    ]);

    [Fact]
    public void KeepsTheOrderInWhichKeysAreFirstWritten()
    {
        Assert.Equal(["z", "a", "empty", "none"], Root.Children.Select(child => child.Key));
        Assert.Equal(["b", "a"], Root.Find("z").Children.Select(child => child.Key));
    }

    [Fact]
    public void FindsKeysInAnyCase() => Assert.Equal("3", Root.Find("Z").Find("A").Value);

    [Fact]
    public void AKeyMayHaveAValueAndKeysBelowIt()
    {
        Assert.Equal("both", Root.Find("z").Value);
        Assert.Equal("below a value", Root.Find("z").Find("b").Find("c").Value);
    }

    [Theory]
    [InlineData("z", true)]
    [InlineData("a", true)]
    [InlineData("empty", false)]
    [InlineData("none", false)]
    [InlineData("missing", false)]
    public void AnEmptyValueCountsAsAbsent(string key, bool isPresent) => Assert.Equal(isPresent, Root.Find(key).IsPresent);
}
