using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Tests.Certificates.Tls;

public sealed class CertificateTableTests
{
    private static readonly TestCa Ca = TestCa.CreateRoot();

    [Fact]
    public void AnEmptyTableHasNothingToServe()
    {
        var table = new CertificateTable();

        Assert.Null(table.Default);
        Assert.Null(table.Find("a.example"));
        Assert.Null(table.Find(""));
    }

    [Fact]
    public void WhatIsPutIntoACellIsServedAndTheDefaultWithIt()
    {
        var table = TestTable.Create(("a.example", Ca.Serve("a.example")), ("b.example", Ca.Serve("b.example")));
        var (next, other) = (Ca.Serve("a.example"), table.Find("b.example"));

        table.Cells[0].Certificate = next;

        Assert.Same(next, table.Find("a.example"));
        Assert.Same(next, table.Default);
        Assert.Same(other, table.Find("b.example"));
    }

    [Fact]
    public void ACellThatWasReplacedIsNotServed()
    {
        var table = TestTable.Create(("a.example", Ca.Serve("a.example")));
        var (old, next) = (table.Cells[0], Ca.Serve("a.example"));
        table.Publish([TestTable.Cell("a.example", next)]);

        old.Certificate = Ca.Serve("a.example");

        Assert.Same(next, table.Find("a.example"));
    }

    [Fact]
    public async Task ReadersNeverMissANameWhileTheTableIsReplaced()
    {
        string[] names = [.. Enumerable.Range(0, 50).Select(number => $"n{number}.example")];
        var certificate = Ca.Serve("n1.example");
        var table = TestTable.Create([.. names.Select(name => (name, certificate))]);

        var writing = Task.Run(() =>
        {
            for (var round = 0; round < 100; round++)
                table.Publish([.. table.Cells.Reverse()]);
        }, TestContext.Current.CancellationToken);
        while (!writing.IsCompleted)
            Assert.All(names, name => Assert.NotNull(table.Find(name)));
        await writing;
    }
}
