using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;
using Microsoft.Extensions.Time.Testing;

namespace EdgeProxy.Tests.Certificates.Issuing;

public sealed class InternalIssuerTests : IDisposable
{
    private readonly TestFolder _data = new();
    private readonly TestLog _log = new();

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("shop.internal")]
    public async Task CurlAcceptsItWithTheRoot(string name)
    {
        var table = new CertificateTable();
        await using var server = await TlsServer.StartAsync(table);
        var loop = CreateLoop(table, TimeProvider.System);
        loop.Apply(Config(name));
        await Eventually.BecomesTrueAsync(() => table.Find(name) is { IsPlaceholder: false }, () => _log.Text);

        var curl = await Tool.RunAsync(
            Installed.Program("curl"),
            ["-sS", "--cacert", Root, "--resolve", $"{name}:{server.Port}:127.0.0.1", $"https://{name}:{server.Port}/"]);

        Assert.Equal("hello", curl.Text);
        await loop.StopAsync();
    }

    [Fact]
    public async Task OpensslFindsNothingWrongWithItWhenAskedToBeStrict()
    {
        await IssueAsync("a.internal", "*.b.internal");

        foreach (var folder in (string[])["a.internal", "wildcard_.b.internal"])
            await AssertVerifiesAsync(folder, "-x509_strict", "-purpose", "sslserver");
    }

    [Fact]
    public async Task TheRootIsMadeOnceAndItsKeyIsForTheOwnerOnly()
    {
        await IssueAsync("a.internal", "b.internal", "c.internal");
        var root = await File.ReadAllTextAsync(Root, TestContext.Current.CancellationToken);

        await IssueAsync("d.internal");

        Assert.Equal(root, await File.ReadAllTextAsync(Root, TestContext.Current.CancellationToken));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_data.File("internal-ca/root.key")));
        Assert.Single(_log.Lines, line => line.Message.StartsWith("Made a local CA", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("root.pem")]
    [InlineData("root.key")]
    public async Task ADamagedRootIsSetAsideAndEverythingIssuedAnew(string file)
    {
        var before = await IssueAsync("a.internal");
        _data.Write($"internal-ca/{file}", "damaged");

        var table = new CertificateTable();
        var loop = CreateLoop(table, TimeProvider.System);
        loop.Apply(Config("a.internal"));
        await Eventually.BecomesTrueAsync(() => table.Find("a.internal")!.Leaf.Thumbprint != before);

        Assert.Equal(
            "damaged", await File.ReadAllTextAsync(_data.File($"internal-ca/{file}.damaged"), TestContext.Current.CancellationToken));
        await AssertVerifiesAsync("a.internal");
        await loop.StopAsync();
    }

    [Fact]
    public async Task LeavesLive90DaysAndAreRenewed()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var table = new CertificateTable();
        var loop = CreateLoop(table, time);
        loop.Apply(Config("a.internal"));
        await Eventually.BecomesTrueAsync(() => table.Find("a.internal") is { IsPlaceholder: false });
        var first = table.Find("a.internal")!;

        Assert.InRange(first.NotAfter - time.GetUtcNow(), TimeSpan.FromDays(89.9), TimeSpan.FromDays(90));
        await Eventually.BecomesTrueAsync(() => table.Find("a.internal") != first, time, TimeSpan.FromHours(12));
        Assert.True(first.NotAfter > time.GetUtcNow());
        await loop.StopAsync();
    }

    [Fact]
    public async Task AClockThatIsSetBackBeforeTheRootStopsNothing()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await IssueAtAsync(time, "a.internal");

        var certificate = await IssueAtAsync(new FakeTimeProvider(time.GetUtcNow().AddYears(-5)), "b.internal");

        Assert.InRange(certificate.NotBefore, time.GetUtcNow().AddHours(-3), time.GetUtcNow());
        Assert.Empty(Directory.GetFiles(_data.File("internal-ca"), "*.damaged"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ARootThatSoonEndsIsReplacedInMemoryAndOnDisk(bool restart)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var roots = (await TestStores.OpenAsync(_data.Path, time, _log)).Roots;
        var first = await roots.FindOrCreateAsync(Token);

        time.SetUtcNow(first.NotAfter.ToUniversalTime().AddDays(-91));
        Assert.Equal(first.Thumbprint, (await roots.FindOrCreateAsync(Token)).Thumbprint);
        time.Advance(TimeSpan.FromDays(2));
        if (restart)
            roots = (await TestStores.OpenAsync(_data.Path, time, _log)).Roots;
        using var key = KeyFactory.Create(CertificateKeyType.P256);
        var issuance = new Issuance("a.internal", key, null, _ => Task.CompletedTask, new Random(1));
        await new InternalIssuer(roots, time).IssueAsync(issuance, Token);

        var second = await roots.FindOrCreateAsync(Token);
        Assert.NotEqual(first.Thumbprint, second.Thumbprint);
        Assert.True(second.NotAfter.ToUniversalTime() > time.GetUtcNow().AddYears(9));
        Assert.True(File.Exists(_data.File("internal-ca/root.pem.damaged")));
    }

    [Fact]
    public async Task ProcessesThatStartTogetherMakeOneRoot()
    {
        var processes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TestStores.OpenAsync(_data.Path, log: _log)));

        var roots = await Task.WhenAll(processes.SelectMany(stores => Enumerable.Repeat(stores.Roots, 3))
            .Select(store => Task.Run(() => store.FindOrCreateAsync(Token), Token)));

        Assert.Single(roots.Select(root => root.Thumbprint).Distinct());
        Assert.Equal(["root.key", "root.pem"],
            Directory.GetFiles(_data.File("internal-ca")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    public void Dispose() => _data.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Root => _data.File("internal-ca/root.pem");

    private CertificateKeeper CreateLoop(CertificateTable table, TimeProvider time)
    {
        return new CertificateKeeper(table, (_, stores) => new InternalIssuer(stores.Roots, time), time, new Random(1), _log);
    }

    private EdgeConfig Config(params string[] names) => TestConfig.Create(_data.Path, new CertificateSource.Internal(), names);

    private async Task<ServingCertificate> IssueAtAsync(TimeProvider time, string name)
    {
        var table = new CertificateTable();
        var loop = CreateLoop(table, time);
        loop.Apply(Config(name));
        await Eventually.BecomesTrueAsync(() => table.Find(name) is { IsPlaceholder: false }, () => _log.Text);
        await loop.StopAsync();
        return table.Find(name)!;
    }

    private async Task<string> IssueAsync(params string[] names)
    {
        var table = new CertificateTable();
        var loop = CreateLoop(table, TimeProvider.System);
        loop.Apply(Config(names));
        await Eventually.BecomesTrueAsync(() => names.All(name => table.Find(name) is { IsPlaceholder: false }), () => _log.Text);
        await loop.StopAsync();
        return table.Find(names[0])!.Leaf.Thumbprint;
    }

    /// <summary>That OpenSSL finds nothing wrong with the certificate in a folder.</summary>
    private async Task AssertVerifiesAsync(string folder, params string[] arguments)
    {
        var openssl = await Tool.RunAsync(
            Installed.Program("openssl"), ["verify", .. arguments, "-CAfile", Root, _data.File($"certificates/{folder}/fullchain.pem")]);
        Assert.Contains(": OK", openssl.Text, StringComparison.Ordinal);
    }
}
