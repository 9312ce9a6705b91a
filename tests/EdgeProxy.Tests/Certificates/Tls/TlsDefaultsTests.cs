
namespace EdgeProxy.Tests.Certificates.Tls;

public sealed class TlsDefaultsTests
{
    private static readonly TestCa Ca = TestCa.CreateRoot();

    [Theory]
    [InlineData("-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256")]
    [InlineData("-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384")]
    [InlineData("-tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305")]
    [InlineData("-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256")]
    [InlineData("-tls1_3 -ciphersuites TLS_AES_256_GCM_SHA384")]
    [InlineData("-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256")]
    public async Task AcceptsTheIntermediateCiphers(string arguments)
    {
        await using var server = await StartAsync();

        Assert.Contains(
            "BEGIN CERTIFICATE",
            (await OpenSsl.ConnectAsync(server.Port, $"-servername a.example {arguments}")).Text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256")]
    [InlineData("-tls1_2 -cipher ECDHE-ECDSA-AES256-SHA384")]
    [InlineData("-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA")]
    [InlineData("-tls1_2 -cipher ECDHE-ECDSA-AES256-CCM")]
    [InlineData("-tls1_1 -cipher ALL:@SECLEVEL=0")]
    [InlineData("-tls1 -cipher ALL:@SECLEVEL=0")]
    public async Task RefusesEverythingElse(string arguments)
    {
        await using var server = await StartAsync();

        var output = (await OpenSsl.ConnectAsync(server.Port, $"-servername a.example {arguments}")).Text;

        Assert.DoesNotContain("BEGIN CERTIFICATE", output, StringComparison.Ordinal);
        Assert.Contains("alert", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AClientThatPrefersChaCha20GetsIt()
    {
        await using var server = await StartAsync();

        var output = (await OpenSsl.ConnectAsync(server.Port,
            "-servername a.example -tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256")).Text;

        Assert.Contains("TLS_CHACHA20_POLY1305_SHA256", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task SessionsAreResumed(string version)
    {
        using var folder = new TestFolder();
        await using var server = await StartAsync();

        // In TLS 1.3 tickets come with the first answer.
        var request = "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";
        await OpenSsl.ConnectAsync(server.Port, $"-servername a.example {version} -ign_eof -sess_out {folder.File("s")}", request);
        var again = (await OpenSsl.ConnectAsync(server.Port, $"-servername a.example {version} -sess_in {folder.File("s")}")).Text;

        Assert.Contains("Reused, TLS", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnOpenSslConfigurationOfTheUsersOwnStaysInForce()
    {
        using var folder = new TestFolder();
        var own = """
            openssl_conf = a
            [a]
            ssl_conf = b
            [b]
            system_default = c
            [c]
            CipherString = ECDHE-ECDSA-AES256-SHA384

            """;

        await ChildTest.RunAsync(
            typeof(TlsDefaultsTests),
            nameof(AcceptsACipherThatIsNoDefaultOnlyWhereTheUserChoseIt),
            new() { ["OPENSSL_CONF"] = folder.Write("own.cnf", own) });
    }

    [Fact]
    public async Task AcceptsACipherThatIsNoDefaultOnlyWhereTheUserChoseIt()
    {
        await using var server = await StartAsync();

        var output = (await OpenSsl.ConnectAsync(server.Port, "-servername a.example -tls1_2 -cipher ECDHE-ECDSA-AES256-SHA384")).Text;

        Assert.Equal(
            Environment.GetEnvironmentVariable("OPENSSL_CONF") is not null, output.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal));
    }

    private static Task<TlsServer> StartAsync() => TlsServer.StartAsync(TestTable.Create(("a.example", Ca.Serve("a.example"))));
}
