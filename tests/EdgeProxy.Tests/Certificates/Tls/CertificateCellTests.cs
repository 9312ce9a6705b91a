using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Tests.Certificates.Tls;

public sealed class CertificateCellTests
{
    private static readonly TestCa Ca = TestCa.CreateRoot();

    [Fact]
    public void WhatItsSourceHasIsLoadedWhenItIsNeeded()
    {
        var certificate = Ca.Serve("a.example");
        CertificateCell? cell = null;
        var loads = 0;
        cell = new CertificateCell("a.example", () => (loads, cell!.Certificate) = (loads + 1, certificate), TimeProvider.System);
        Assert.Null(cell.Certificate);
        Assert.Equal(0, loads);

        Assert.Same(certificate, cell.Current);
        Assert.Same(certificate, cell.Current);
        Assert.Equal(1, loads);
    }

    [Fact]
    public async Task EverybodyIsShownTheSamePlaceholderUntilThereIsMore()
    {
        var cell = TestTable.Cell("*.a.example");

        var shown = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => Task.Run(() => cell.Current, TestContext.Current.CancellationToken)));

        Assert.All(shown, certificate => Assert.Same(cell.Current, certificate));
        Assert.True(cell.Current.IsPlaceholder);
        Assert.True(cell.Current.Covers("x.a.example"));
        Assert.Null(cell.Certificate);
        cell.Certificate = Ca.Serve("*.a.example");
        Assert.Same(cell.Certificate, cell.Current);
    }
}
