using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Tests.Configuration.Model;

public class ValueListTests
{
    [Fact]
    public void EqualItemsInTheSameOrderMakeEqualLists()
    {
        ValueList<Holder> one = [new([1, 2]), new([])];
        ValueList<Holder> same = [new([1, 2]), new([])];

        Assert.True(one.Equals(same));
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.Equal(new { one }, new { one = same });
    }

    [Theory]
    [InlineData(new[] { 1, 2 }, new[] { 2, 1 })]
    [InlineData(new[] { 1 }, new[] { 1, 1 })]
    [InlineData(new int[0], new[] { 1 })]
    public void OthersAreNotEqual(int[] one, int[] other) => Assert.False(ValueList.Create<int>(one).Equals(ValueList.Create<int>(other)));

    [Fact]
    public void IsReadLikeAnyList()
    {
        ValueList<string> list = ["a", "b"];

        Assert.Equal((2, "b"), (list.Count, list[1]));
        Assert.Equal(["a", "b"], list.Select(item => item));
        Assert.True(list is ["a", _]);
    }

    private sealed record Holder(ValueList<int> Numbers);
}
