using EdgeProxy.Certificates.Tls;
using Microsoft.Extensions.Logging;

namespace EdgeProxy.Tests.Certificates.Tls;

public sealed class TlsHandshakeTests
{
    private static readonly TestCa Ca = TestCa.CreateRoot();

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task RefusesAnUnknownNameWithTheAlertForIt(string version)
    {
        await using var server = await TlsServer.StartAsync(Table("a.example"));

        var output = (await OpenSsl.ConnectAsync(server.Port, $"-servername nobody.example {version}")).Text;

        Assert.Contains("tlsv1 unrecognized name", output, StringComparison.Ordinal);
        Assert.Contains("SSL alert number 112", output, StringComparison.Ordinal);
        Assert.DoesNotContain("BEGIN CERTIFICATE", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefusingANameIsNothingToLogAboutAboveDebug()
    {
        await using var server = await TlsServer.StartAsync(Table("a.example"));

        await OpenSsl.ConnectAsync(server.Port, "-servername nobody.example");
        await OpenSsl.ConnectAsync(server.Port, "-servername a.example");

        Assert.DoesNotContain(server.Log.Lines, line => line.Level > LogLevel.Debug && line.Exception is not null);
        Assert.DoesNotContain(server.Log.Lines, line => line.Level > LogLevel.Information);
    }

    [Theory]
    [InlineData("-servername a.example", "CN = a.example")]
    [InlineData("-servername B.Example", "CN = b.example")]
    [InlineData("-servername www.wild.example", "CN = *.wild.example")]
    [InlineData("-servername own.wild.example", "CN = own.wild.example")]
    [InlineData("-servername xn--bcher-kva.example", "CN = xn--bcher-kva.example")]
    [InlineData("-servername XN--BCHER-KVA.Example", "CN = xn--bcher-kva.example")]
    [InlineData("-servername www.xn--n3h.example", "CN = *.xn--n3h.example")]
    [InlineData("-noservername", "CN = a.example")]
    public async Task ServesTheCertificateOfTheName(string arguments, string subject)
    {
        await using var server = await TlsServer.StartAsync(Table(
            "a.example", "b.example", "*.wild.example", "own.wild.example", "xn--bcher-kva.example", "*.xn--n3h.example"));

        var output = (await OpenSsl.ConnectAsync(server.Port, arguments)).Text;

        Assert.Contains($"subject={subject}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWildcardIsGoodForOneLabelOnly()
    {
        await using var server = await TlsServer.StartAsync(Table("*.wild.example"));

        Assert.Contains(
            "unrecognized name", (await OpenSsl.ConnectAsync(server.Port, "-servername a.b.wild.example")).Text, StringComparison.Ordinal);
        Assert.Contains(
            "unrecognized name", (await OpenSsl.ConnectAsync(server.Port, "-servername wild.example")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutANameTheSiteOfTheAddressIsServed()
    {
        await using var server = await TlsServer.StartAsync(Table("a.example", "127.0.0.1"));

        Assert.Contains(
            "subject=CN = 127.0.0.1", (await OpenSsl.ConnectAsync(server.Port, "-noservername")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("h2,http/1.1", "h2")]
    [InlineData("http/1.1", "http/1.1")]
    public async Task OffersHttp2AndHttp1(string offer, string chosen)
    {
        await using var server = await TlsServer.StartAsync(Table("a.example"));

        Assert.Contains(
            $"ALPN protocol: {chosen}",
            (await OpenSsl.ConnectAsync(server.Port, $"-servername a.example -alpn {offer}")).Text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.example", "a.example", true)]
    [InlineData("A.example", "a.example", true)]
    [InlineData("a.example", "b.example", false)]
    [InlineData("x.wild.example", "y.wild.example", true)]
    [InlineData("x.wild.example", "a.example", false)]
    [InlineData("shared.example", "same.example", true)]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example", true)]
    [InlineData("a.example", "nobody.example", false)]
    [InlineData(null, "a.example", true)]
    [InlineData(null, "b.example", false)]
    [InlineData(null, "127.0.0.1", true, "127.0.0.1")]
    [InlineData(null, "a.example", false, "127.0.0.1")]
    [InlineData(null, "10.0.0.2", false, "10.0.0.2")]
    public async Task AConnectionIsGoodForTheHostsOfTheCertificateThatWasShown(
        string? tlsName, string host, bool expected, string? address = null)
    {
        var shared = Ca.Serve("shared.example");
        string[] addresses = address is null ? [] : [address];
        var own = Table(["a.example", "b.example", "*.wild.example", "xn--bcher-kva.example", .. addresses]);
        own.Publish([.. own.Cells, TestTable.Cell("shared.example", shared), TestTable.Cell("same.example", shared)]);
        await using var server = await TlsServer.StartAsync(own);
        using var connection = await RawConnection.OpenTlsAsync(server.Port, tlsName, TestContext.Current.CancellationToken);

        Assert.Equal(expected ? "hello" : "misdirected", await TlsServer.GetAsync(connection, host));
    }

    [Theory]
    [InlineData("*.wild.example", "a.wild.example", "hello")]
    [InlineData("a.wild.example", "*.wild.example", "misdirected")]
    public async Task ACertificateThatWasSwappedInSinceDoesNotCount(string shown, string since, string answer)
    {
        var table = TestTable.Create(("a.wild.example", Ca.Serve(shown)), ("b.wild.example", Ca.Serve("b.wild.example")));
        await using var server = await TlsServer.StartAsync(table);
        using var connection = await RawConnection.OpenTlsAsync(server.Port, "a.wild.example", TestContext.Current.CancellationToken);

        table.Cells[0].Certificate = Ca.Serve(since);

        Assert.Equal(answer, await TlsServer.GetAsync(connection, "b.wild.example"));
        Assert.Equal("hello", await TlsServer.GetAsync(connection, "a.wild.example"));
    }

    private static CertificateTable Table(params string[] names) => TestTable.Create([.. names.Select(name => (name, Ca.Serve(name)))]);
}
