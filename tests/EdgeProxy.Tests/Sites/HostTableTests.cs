using EdgeProxy.Sites;

namespace EdgeProxy.Tests.Sites;

public sealed class HostTableTests
{
    [Theory]
    [InlineData("a.example", "a.example")]
    [InlineData("x.a.example", "*.a.example")]
    [InlineData("own.a.example", "own.a.example")]
    [InlineData("*.a.example", "*.a.example")]
    [InlineData("x.y.a.example", null)]
    [InlineData("example", null)]
    [InlineData(".a.example", null)]
    [InlineData("", null)]
    [InlineData("A.example", null)]
    public void TheExactNameWinsAndAWildcardIsOneLabel(string asked, string? found)
    {
        var table = new HostTable<string>(
            [.. ((string[])["a.example", "*.a.example", "own.a.example"]).Select(name => KeyValuePair.Create(name, name))]);

        Assert.Equal(found, table.Find(asked));
    }

    [Fact]
    public void AnEmptyTableHasNothing() => Assert.Null(new HostTable<string>([]).Find("a.example"));

    [Fact]
    public void FindingAllocatesNothing()
    {
        var table = new HostTable<string>([KeyValuePair.Create("*.a.example", "value")]);
        table.Find("x.a.example");

        var before = GC.GetAllocatedBytesForCurrentThread();
        table.Find("x.a.example");

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
