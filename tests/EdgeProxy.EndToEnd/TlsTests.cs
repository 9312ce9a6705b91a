using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.EndToEnd;

/// <summary>The TLS port as OpenSSL's client sees it.</summary>
public sealed class TlsTests(TlsTests.Stage stage) : IClassFixture<TlsTests.Stage>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("-tls1")]
    [InlineData("-tls1_1")]
    public async Task OldVersionsAreRefused(string version)
    {
        var result = await ConnectAsync("alpha.test", version, "-cipher", "DEFAULT@SECLEVEL=0");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("alert protocol version", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_2", "TLSv1.2")]
    [InlineData("-tls1_3", "TLSv1.3")]
    public async Task CurrentVersionsAreAccepted(string version, string name)
    {
        var result = await ConnectAsync("alpha.test", version);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains($"New, {name}", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ECDHE-ECDSA-AES128-GCM-SHA256")]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384")]
    [InlineData("ECDHE-ECDSA-CHACHA20-POLY1305")]
    public async Task MozillasIntermediateCiphersAreAccepted(string cipher)
    {
        var result = await ConnectAsync("alpha.test", "-tls1_2", "-cipher", cipher);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains($"Cipher is {cipher}", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ECDHE-ECDSA-AES128-SHA256")]
    [InlineData("ECDHE-ECDSA-AES256-SHA")]
    [InlineData("ECDHE-ECDSA-AES128-SHA")]
    [InlineData("ECDHE-ECDSA-AES128-CCM")]
    public async Task OtherCiphersAreRefused(string cipher)
    {
        var result = await ConnectAsync("alpha.test", "-tls1_2", "-cipher", cipher + ":@SECLEVEL=0");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("alert handshake failure", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("h2,http/1.1", "h2")]
    [InlineData("http/1.1,h2", "h2")]
    [InlineData("http/1.1", "http/1.1")]
    public async Task TheProtocolIsNegotiated(string offered, string chosen)
    {
        var result = await ConnectAsync("alpha.test", "-alpn", offered);

        Assert.Contains($"ALPN protocol: {chosen}", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_2", "TLSv1.2")]
    [InlineData("-tls1_3", "TLSv1.3")]
    public async Task SessionsAreResumed(string version, string name)
    {
        using var folder = new TestFolder();
        var session = folder.File("session.pem");

        var first = await AskAsync("alpha.test", version, "-sess_out", session);
        var second = await AskAsync("alpha.test", version, "-sess_in", session);

        Assert.Contains($"New, {name}", first.Output, StringComparison.Ordinal);
        Assert.Contains($"Reused, {name}", second.Output, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 200", second.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task AResumedSessionIsGoodForNoOtherHostEither(string version)
    {
        using var folder = new TestFolder();
        var session = folder.File("session.pem");

        var first = await AskAsync("alpha.test", version, "-sess_out", session);
        var second = await AskAsync("zulu.test", version, "-sess_in", session);

        Assert.Contains("HTTP/1.1 200", first.Output, StringComparison.Ordinal);
        Assert.Contains("Reused, ", second.Output, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 421", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANameThatNoSiteHasIsRefusedWithAnAlert()
    {
        var result = await ConnectAsync("unknown.test");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("unrecognized name", result.Error, StringComparison.Ordinal);
        Assert.Contains("no peer certificate available", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "zulu.test")]
    [InlineData("zulu.test", "zulu.test")]
    [InlineData("alpha.test", "alpha.test")]
    [InlineData("ALPHA.test", "alpha.test")]
    [InlineData("xn--bcher-kva.test", "xn--bcher-kva.test")]
    public async Task TheNameChoosesTheCertificateAndWithoutANameTheFirstSiteAsWritten(string? serverName, string expected)
    {
        var chain = await OpenSsl.GetChainAsync(stage.Edge.HttpsPort, serverName);

        Assert.True(chain[0].MatchesHostname(expected), chain[0].Subject);
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task AHostOtherThanTheTlsNameIsMisdirected(string version)
    {
        // curl takes the TLS name from the URL and the Host from the header; HttpClient would take both from the header.
        var curl = await Tool.RunAsync(Installed.Program("curl"), ["-sS", "-k", "-i", version, "-H", "Host: alpha.test",
            "--connect-to", $"::127.0.0.1:{stage.Edge.HttpsPort}", $"https://zulu.test:{stage.Edge.HttpsPort}/"]);

        Assert.Matches("^HTTP/[12.]+ 421 ", curl.Output);
        Assert.Contains("{\"data\": null, \"code\": \"MISDIRECTED_REQUEST\", \"message\": \"", curl.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHostThatNoSiteHasIsNotFoundOverTlsToo()
    {
        var answer = await RawClient.SendAsync(
            stage.Edge.HttpsPort, "GET / HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n", "alpha.test");

        Assert.StartsWith("HTTP/1.1 404 ", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnInternationalNameIsServed()
    {
        using var root = X509CertificateLoader.LoadCertificateFromFile(stage.Edge.Data("internal-ca", "root.pem"));
        using var client = Clients.Http(root: root);

        using var response = await client.GetAsync(new Uri($"https://bücher.test:{stage.Edge.HttpsPort}/"), Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task ACertificateOfTheInternalCaIsValidForItsRoot()
    {
        using var root = X509CertificateLoader.LoadCertificateFromFile(stage.Edge.Data("internal-ca", "root.pem"));
        using var client = Clients.Http(root: root);

        using var response = await client.GetAsync(new Uri($"https://alpha.test:{stage.Edge.HttpsPort}/"), Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    /// <summary>
    /// Asks for a host on a connection whose TLS name is alpha.test. The answer is read: with TLS 1.3 the ticket comes behind the
    /// handshake.
    /// </summary>
    private Task<ToolResult> AskAsync(string host, params string[] arguments) => OpenSsl.ConnectAsync(
        stage.Edge.HttpsPort,
        $"-servername alpha.test -ign_eof {string.Join(' ', arguments)}",
        $"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

    private Task<ToolResult> ConnectAsync(string serverName, params string[] arguments) =>
        OpenSsl.ConnectAsync(stage.Edge.HttpsPort, $"-servername {serverName} {string.Join(' ', arguments)}");

    public sealed class Stage : IAsyncLifetime
    {
        private EdgeProxyInstance? _edge;

        public EdgeProxyInstance Edge => _edge!;

        public async ValueTask InitializeAsync()
        {
            // The names are not in alphabetical order, to show that the first one written counts.
            _edge = new EdgeProxyInstance("""
                "Domains": {
                  "zulu.test": { "Upstream": "demo", "Certificate": { "Source": "Internal" } },
                  "alpha.test": { "Upstream": "demo", "Certificate": { "Source": "Internal" } },
                  "bücher.test": { "Upstream": "demo", "Certificate": { "Source": "Internal" } }
                }
                """);
            await _edge.StartAsync();
            await Acme.WaitForCertificateAsync(_edge, "zulu.test");
            await Acme.WaitForCertificateAsync(_edge, "alpha.test");
            await Acme.WaitForCertificateAsync(_edge, "xn--bcher-kva.test");
        }

        public ValueTask DisposeAsync() => _edge?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
