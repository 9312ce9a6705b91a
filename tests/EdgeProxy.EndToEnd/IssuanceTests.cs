using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.EndToEnd;

/// <summary>From an empty data directory to a certificate on the TLS port, with real CAs.</summary>
public sealed class IssuanceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(PebbleVersion.Debian)]
    [InlineData(PebbleVersion.Current)]
    public async Task APlaceholderAtOnceThenExactlyTheChainThatTheCaSent(PebbleVersion version)
    {
        await using var pebble = await PebbleProcess.StartAsync(new PebbleOptions { Version = version }, Token);
        await using var ca = await CaRelay.StartAsync(pebble.DirectoryUrl);
        var open = new TaskCompletionSource();
        ca.Intercept = async _ => { await open.Task; return false; };
        await using var edge = new EdgeProxyInstance(Acme.Section(ca, "one.test")) { HttpPort = pebble.HttpPort };
        await edge.StartAsync();

        var placeholder = await OpenSsl.GetChainAsync(edge.HttpsPort, "one.test");
        var whileWaiting = await GetAsync(edge, root: null);
        open.SetResult();
        await Acme.WaitForCertificateAsync(edge, "one.test");
        var chain = await OpenSsl.GetChainAsync(edge.HttpsPort, "one.test");
        using var root = await pebble.GetIssuingRootAsync(cancellationToken: Token);
        var afterwards = await GetAsync(edge, root);

        Assert.Equal(placeholder[0].IssuerName.RawData, placeholder[0].SubjectName.RawData);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (whileWaiting, afterwards));
        Assert.InRange(chain.Count, 3, 5);
        Assert.Equal(
            Assert.Single(ca.SentChains), await File.ReadAllBytesAsync(edge.Data("certificates", "one.test", "fullchain.pem"), Token));
        var stored = new X509Certificate2Collection();
        stored.ImportFromPemFile(edge.Data("certificates", "one.test", "fullchain.pem"));
        Assert.Equal(stored.Select(certificate => certificate.Thumbprint), chain.Select(certificate => certificate.Thumbprint));
        Assert.Equal(1, ca.OrderCount);
    }

    [Fact]
    public async Task ARestartAsksTheCaForNothing()
    {
        await using var pebble = await PebbleProcess.StartAsync(cancellationToken: Token);
        await using var ca = await CaRelay.StartAsync(pebble.DirectoryUrl);
        await using var edge = new EdgeProxyInstance(Acme.Section(ca, "one.test", "two.test")) { HttpPort = pebble.HttpPort };
        await edge.StartAsync();
        await Acme.WaitForCertificateAsync(edge, "one.test");
        await Acme.WaitForCertificateAsync(edge, "two.test");
        var before = await OpenSsl.GetChainAsync(edge.HttpsPort, "one.test");
        await edge.StopAsync();
        var exchanges = ca.Exchanges.Count;

        await edge.StartAsync();
        var after = await OpenSsl.GetChainAsync(edge.HttpsPort, "one.test");
        // A certificate that is missing is ordered right at the start; this is long after that.
        await Task.Delay(TimeSpan.FromSeconds(3), Token);

        Assert.Equal(before[0].Thumbprint, after[0].Thumbprint);
        Assert.Equal(exchanges, ca.Exchanges.Count);
    }

    [Fact]
    public async Task WhatIsSecretIsReadableByTheOwnerAlone()
    {
        await using var pebble = await PebbleProcess.StartAsync(cancellationToken: Token);
        await using var edge = new EdgeProxyInstance($$"""
            {{Acme.Authority(pebble.DirectoryUrl.ToString(), pebble.RootPemPath)}},
            "Domains": { "one.test": { "Upstream": "demo" }, "localhost": { "Upstream": "demo" } }
            """) { HttpPort = pebble.HttpPort };
        await edge.StartAsync();
        await Acme.WaitForCertificateAsync(edge, "one.test");
        await Acme.WaitForCertificateAsync(edge, "localhost");
        // The process is stopped first, because files that it is writing would come and go.
        await edge.StopAsync();

        const UnixFileMode secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var entries = Directory.GetFileSystemEntries(edge.DataDirectory, "*", SearchOption.AllDirectories);
        Assert.All(entries.Where(Directory.Exists).Append(edge.DataDirectory),
            folder => Assert.Equal(secret | UnixFileMode.UserExecute, File.GetUnixFileMode(folder)));
        string[] secrets = [.. Directory.GetFiles(edge.Data("accounts"), "account.json", SearchOption.AllDirectories),
            edge.Data("certificates", "one.test", "privkey.pem"), edge.Data("internal-ca", "root.key")];
        Assert.Equal(3, secrets.Length);
        Assert.All(secrets, path => Assert.Equal(secret, File.GetUnixFileMode(path)));
        Assert.True(File.Exists(edge.Data("certificates", "one.test", "renewal.json")));
        Assert.DoesNotContain(entries.Where(File.Exists).Except(secrets),
            path => File.ReadAllText(path).Contains("PRIVATE KEY", StringComparison.Ordinal) && File.GetUnixFileMode(path) != secret);
        Assert.DoesNotContain("PRIVATE KEY", edge.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADomainAddedByAReloadHasAPlaceholderAtOnceAndThenItsCertificate()
    {
        await using var pebble = await PebbleProcess.StartAsync(cancellationToken: Token);
        await using var ca = await CaRelay.StartAsync(pebble.DirectoryUrl);
        await using var edge = new EdgeProxyInstance(Acme.Section(ca, "one.test")) { HttpPort = pebble.HttpPort };
        await edge.StartAsync();
        await Acme.WaitForCertificateAsync(edge, "one.test");
        var open = new TaskCompletionSource();
        ca.Intercept = async _ => { await open.Task; return false; };

        edge.Configure(Acme.Section(ca, "one.test", "two.test"));
        var reload = await edge.RunAsync("reload");
        var placeholder = await OpenSsl.GetChainAsync(edge.HttpsPort, "two.test");
        open.SetResult();
        await Acme.WaitForCertificateAsync(edge, "two.test");

        Assert.True(reload.ExitCode == 0, reload.ToString());
        Assert.True(placeholder[0].MatchesHostname("two.test"));
        Assert.Single(placeholder);
        Assert.Equal(2, ca.OrderCount);
    }

    [Fact]
    public async Task CaddysAcmeServerIssuesToo()
    {
        await using var caddy = await CaddyCa.StartAsync("edge.caddy.test");
        await using var edge = new EdgeProxyInstance($$"""
            {{Acme.Authority(caddy.DirectoryUrl, caddy.RootPemPath)}},
            "Domains": { "edge.caddy.test": { "Upstream": "demo" } }
            """) { BindAddress = CaddyCa.ClientAddress, HttpPort = 80 };
        await edge.StartAsync();

        await edge.WaitUntilAsync(
            () => ValueTask.FromResult(File.Exists(edge.Data("certificates", "edge.caddy.test", "fullchain.pem"))), "obtain a certificate");

        using var root = X509CertificateLoader.LoadCertificateFromFile(caddy.RootPemPath);
        using var client = Clients.Http(CaddyCa.ClientAddress, root);
        await edge.WaitUntilAsync(
            async () => (await OpenSsl.GetChainAsync(edge.HttpsPort, "edge.caddy.test", CaddyCa.ClientAddress)).Count > 1, "serve it");
        using var response = await client.GetAsync(new Uri($"https://edge.caddy.test:{edge.HttpsPort}/"), Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task<HttpStatusCode> GetAsync(EdgeProxyInstance edge, X509Certificate2? root)
    {
        using var client = Clients.Http(root: root);
        using var response = await client.GetAsync(new Uri($"https://one.test:{edge.HttpsPort}/"), Token);
        return response.StatusCode;
    }
}
