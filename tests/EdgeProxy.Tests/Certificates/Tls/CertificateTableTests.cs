using System.Security.Cryptography.X509Certificates;
using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Tests.Certificates.Tls;

public sealed class CertificateTableTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Fact]
    public void AnEmptyTableHasNothingToServe()
    {
        var table = new CertificateTable();

        Assert.Null(table.Default);
        Assert.Null(table.Find("a.example"));
        Assert.Null(table.Find(""));
    }

    [Theory]
    [InlineData("a.example", "a.example")]
    [InlineData("x.a.example", "*.a.example")]
    [InlineData("own.a.example", "own.a.example")]
    [InlineData("x.y.a.example", null)]
    [InlineData("example", null)]
    [InlineData(".a.example", null)]
    public void TheExactNameWinsAndAWildcardIsOneLabel(string asked, string? found)
    {
        var table = Table("a.example", "*.a.example", "own.a.example");

        Assert.Equal(found, table.Find(asked)?.Leaf.GetNameInfo(X509NameType.DnsName, false));
    }

    [Fact]
    public void ASwapChangesOneNameAndTheDefaultWithIt()
    {
        var table = Table("a.example", "b.example");
        var (first, other) = (PlaceholderFactory.Create("a.example", Now), table.Find("b.example"));

        table.Swap("a.example", first);

        Assert.Same(first, table.Find("a.example"));
        Assert.Same(first, table.Default);
        Assert.Same(other, table.Find("b.example"));
    }

    [Fact]
    public void ANameThatIsGoneStaysGone()
    {
        var table = Table("a.example");

        table.Swap("b.example", PlaceholderFactory.Create("b.example", Now));

        Assert.Null(table.Find("b.example"));
    }

    [Fact]
    public async Task ReadersNeverMissANameWhileOthersAreSwapped()
    {
        string[] names = [.. Enumerable.Range(0, 50).Select(number => $"n{number}.example")];
        var table = Table(names);
        var certificate = PlaceholderFactory.Create("n1.example", Now);

        var writing = Task.WhenAll(names.Select(name => Task.Run(() =>
        {
            for (var round = 0; round < 100; round++)
                table.Swap(name, certificate);
        }, TestContext.Current.CancellationToken)));
        while (!writing.IsCompleted)
            Assert.All(names, name => Assert.NotNull(table.Find(name)));
        await writing;

        Assert.All(names, name => Assert.Same(certificate, table.Find(name)));
    }

    private static CertificateTable Table(params string[] names)
    {
        var table = new CertificateTable();
        table.Publish(names.Select(name => KeyValuePair.Create(name, PlaceholderFactory.Create(name, Now))));
        return table;
    }
}
