using EdgeProxy.Acme;
using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Tests.Certificates.Issuing;

/// <summary>The whole way to a certificate, against a real CA.</summary>
public sealed class AcmeIssuerTests
{
    [Theory]
    [InlineData(PebbleVersion.Debian)]
    [InlineData(PebbleVersion.Current)]
    public async Task AnEmptyDirectoryBecomesCertificatesOnTheTlsPort(PebbleVersion version)
    {
        await using var edge = await AcmeEdge.StartAsync(new PebbleOptions { Version = version });
        await using var server = await TlsServer.StartAsync(edge.Table);

        edge.Apply("a.example", "b.example");
        await edge.AllIssuedAsync();

        var chain = await OpenSsl.GetChainAsync(server.Port, "b.example");
        Assert.True(chain[0].MatchesHostname("b.example"));
        Assert.Equal(4, chain.Count);
        // The chain on the wire is the one that the CA sent.
        Assert.Equal(await File.ReadAllTextAsync(edge.Data("certificates/b.example/fullchain.pem"), TestContext.Current.CancellationToken),
            string.Concat(chain.Select(certificate => certificate.ExportCertificatePem() + "\n")));
    }

    [Fact]
    public async Task FilesAreWhereAndAsTheContractSays()
    {
        await using var edge = await AcmeEdge.StartAsync();

        edge.Apply("a.example");
        await edge.AllIssuedAsync();

        var ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var host = edge.Pebble.DirectoryUrl.Host;
        Assert.Equal(ownerOnly, File.GetUnixFileMode(edge.Data($"accounts/{host}/account.json")));
        Assert.Equal(ownerOnly, File.GetUnixFileMode(edge.Data("certificates/a.example/privkey.pem")));
        Assert.Equal(ownerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(edge.Data("certificates/a.example")));
        Assert.Equal(ownerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(edge.Data("accounts")));
        await Eventually.BecomesTrueAsync(() => File.Exists(edge.Data("certificates/a.example/renewal.json"))
            && !File.Exists(edge.Data("certificates/a.example/lease.json")));
        Assert.Equal(["fullchain.pem", "privkey.pem", "renewal.json"],
            Directory.GetFiles(edge.Data("certificates/a.example")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.GetFiles(edge.Data("challenges")));
        Assert.DoesNotContain("PRIVATE KEY", edge.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARestartAsksTheCaForNothing()
    {
        await using var edge = await AcmeEdge.StartAsync();
        edge.Apply("a.example");
        await edge.AllIssuedAsync();
        var served = edge.Table.Find("a.example")!.Leaf.Thumbprint;
        await Eventually.BecomesTrueAsync(
            () => !File.ReadAllText(edge.Data("certificates/a.example/renewal.json")).Contains("order", StringComparison.Ordinal));

        await edge.RestartAsync();
        edge.Apply("a.example", "b.example");
        Assert.Equal(served, edge.Table.Find("a.example")!.Leaf.Thumbprint);
        // a.example starts first, so it would be ordered again before b.example has its certificate.
        await edge.AllIssuedAsync();

        Assert.Equal(served, edge.Table.Find("a.example")!.Leaf.Thumbprint);
        Assert.Single(edge.Log.Lines, line => line.Message.StartsWith("Obtaining a certificate for a.example", StringComparison.Ordinal));
        Assert.Single(edge.Log.Lines, line => line.Message.StartsWith("Registered the account", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ManyNamesThatStartTogetherShareOneAccount()
    {
        await using var edge = await AcmeEdge.StartAsync(new PebbleOptions { NonceReject = 5 });

        edge.Apply([.. Enumerable.Range(0, 30).Select(number => $"n{number}.example")]);
        await edge.AllIssuedAsync();

        Assert.Single(edge.Log.Lines, line => line.Message.StartsWith("Registered the account", StringComparison.Ordinal));
        Assert.Single(Directory.GetDirectories(edge.Data("accounts")));
    }

    [Fact]
    public async Task AnAccountThatTheCaForgotIsRegisteredAgain()
    {
        await using var edge = await AcmeEdge.StartAsync();
        edge.Apply("a.example");
        await edge.AllIssuedAsync();
        var account = Directory.GetFiles(edge.Data("accounts"), "account.json", SearchOption.AllDirectories).Single();
        var text = await File.ReadAllTextAsync(account, TestContext.Current.CancellationToken);

        await edge.RestartAsync();
        await File.WriteAllTextAsync(
            account, text.Replace("/my-account/", "/my-account/000", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        edge.Apply("b.example");
        await edge.AllIssuedAsync();

        Assert.Contains("does not know our account", edge.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFailedValidationIsReportedInTheCasOwnWordsAndHoldsUpNobody()
    {
        await using var edge = await AcmeEdge.StartAsync(new PebbleOptions { BlockedNames = ["blocked.example"] });

        edge.Apply("blocked.example", "good.example");
        await Eventually.BecomesTrueAsync(
            () => edge.IsIssued("good.example") && edge.Loop.Statuses[0].State.LastError is not null, () => edge.Log.Text);

        Assert.IsType<CertificateState.Placeholder>(edge.Loop.Statuses[0].State);
        Assert.Contains("blocked", edge.Loop.Statuses[0].State.LastError, StringComparison.Ordinal);
        Assert.Contains(edge.Log.Lines, line => line.Message.Contains("blocked.example", StringComparison.Ordinal)
            && line.Message.Contains(edge.Loop.Statuses[0].State.LastError!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ExternalAccountsAreBound()
    {
        var key = Convert.ToBase64String(Enumerable.Range(0, 32).Select(number => (byte)number).ToArray())
            .TrimEnd('=')
            .Replace('+', '-')
            .Replace('/', '_');
        await using var edge = await AcmeEdge.StartAsync(
            new PebbleOptions { ExternalAccountKeys = new Dictionary<string, string> { ["kid-1"] = key } },
            config => config with { ExternalAccount = new ExternalAccount("kid-1", key) });

        edge.Apply("a.example");
        await edge.AllIssuedAsync();

        Assert.DoesNotContain(key, edge.Log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CertificateKeyType.P256, "ecdsa", 256)]
    [InlineData(CertificateKeyType.P384, "ecdsa", 384)]
    [InlineData(CertificateKeyType.RSA2048, "rsa", 2048)]
    internal async Task TheKeyIsOfTheConfiguredType(CertificateKeyType type, string algorithm, int size)
    {
        await using var edge = await AcmeEdge.StartAsync(null, config => config with { KeyType = type });

        edge.Apply("a.example");
        await edge.AllIssuedAsync();

        var pem = await File.ReadAllTextAsync(edge.Data("certificates/a.example/privkey.pem"), TestContext.Current.CancellationToken);
        var key = PrivateKeyPem.TryParse(pem)!;
        Assert.Equal(size, key.KeySize);
        Assert.StartsWith(algorithm, key.GetType().Name, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task AProfileIsAskedFor()
    {
        await using var edge = await AcmeEdge.StartAsync(
            new PebbleOptions { Profiles = new Dictionary<string, int> { ["shortlived"] = 6 * 24 * 3600, ["classic"] = 90 * 24 * 3600 } },
            config => config with { Profile = "shortlived" });

        edge.Apply("a.example");
        await edge.AllIssuedAsync();

        var certificate = edge.Table.Find("a.example")!;
        Assert.InRange(certificate.NotAfter - certificate.NotBefore, TimeSpan.FromDays(5.9), TimeSpan.FromDays(6.1));
    }

    [Fact]
    public async Task ACaThatCannotBeReachedLeavesAPlaceholderAndASentence()
    {
        using var folder = new TestFolder();
        var log = new TestLog();
        var table = new CertificateTable();
        await using var challenges = new Http01Responder(0);
        var loop = new CertificateKeeper(table, challenges, TimeProvider.System, new Random(1), log);
        var authority = new AcmeConfig { DirectoryUrl = new Uri($"https://localhost:{FreePort.Next()}/dir") };

        loop.Apply(TestConfig.Create(folder.Path, new CertificateSource.Acme(authority), "a.example"));

        Assert.True(table.Find("a.example")!.IsPlaceholder);
        await Eventually.BecomesTrueAsync(() => loop.Statuses[0].State.LastError is not null);
        Assert.Contains("cannot be reached", loop.Statuses[0].State.LastError, StringComparison.Ordinal);
        await loop.StopAsync();
    }

    [Fact]
    public async Task ACaThatCannotBeReachedCostsNoOrder()
    {
        using var folder = new TestFolder();
        var log = new TestLog();
        await using var challenges = new Http01Responder(0);
        var authority = new AcmeConfig { DirectoryUrl = new Uri($"https://localhost:{FreePort.Next()}/dir") };
        var store = (await TestStores.OpenAsync(folder.Path)).Certificates;
        using var key = KeyFactory.Create(authority.KeyType);
        await store.SaveNextKeyAsync("a.example", key, TestContext.Current.CancellationToken);
        var before = new StoredRenewal
        {
            Authority = authority.DirectoryUrl.AbsoluteUri,
            Due = DateTimeOffset.UnixEpoch,
            Order = new Uri(authority.DirectoryUrl, "/order/1"),
            OrderFailures = 2,
        };
        await store.SaveStateAsync("a.example", before, TestContext.Current.CancellationToken);

        var loop = new CertificateKeeper(new CertificateTable(), challenges, TimeProvider.System, new Random(1), log);
        loop.Apply(TestConfig.Create(folder.Path, new CertificateSource.Acme(authority), "a.example"));
        await Eventually.BecomesTrueAsync(() => loop.Statuses[0].State.LastError is not null);
        await loop.StopAsync();

        Assert.Equal(before.Order, (await store.LoadAsync("a.example", TestContext.Current.CancellationToken)).Renewal!.Order);
    }

    [Fact]
    public async Task MissingTrustedRootsAreNamed()
    {
        await using var edge = await AcmeEdge.StartAsync(null, config => config with { TrustedRoots = "/nowhere/roots.pem" });

        edge.Apply("a.example");
        await Eventually.BecomesTrueAsync(() => edge.Loop.Statuses[0].State.LastError is not null);

        Assert.Contains("/nowhere/roots.pem", edge.Loop.Statuses[0].State.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACaWithoutRoomForAnybodyIsLeftAloneByAllNamesForAsLongAsItAsks()
    {
        await using var ca = await ScriptedCa.StartAsync();
        ca.Register().Refuse("/new-order", 503, "serverInternal", TimeSpan.FromHours(1));
        using var folder = new TestFolder();
        var stores = await TestStores.OpenAsync(folder.Path);
        var before = DateTimeOffset.UtcNow;
        var issuers = new Issuers((_, _) => NoChallenge, TimeProvider.System, new TestLog());

        foreach (var name in new[] { "a.example", "b.example" })
        {
            var refusal = await Assert.ThrowsAsync<IssuanceException>(() => IssueAsync(issuers, ca.Authority, stores, name));
            Assert.InRange(refusal.RetryAfter!.Value, before.AddHours(1), DateTimeOffset.UtcNow.AddHours(1));
        }

        Assert.Equal(1, ca.Count("/new-order"));
    }

    [Theory]
    [InlineData("too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s", 2)]
    [InlineData("too many failed authorizations (5) for \"a.example\" in the last 1h0m0s", 2)]
    [InlineData("no, because of rateLimited", 2)]
    [InlineData("too many new orders (300) from this account in the last 3h0m0s, retry after 2026-01-01", 1)]
    public async Task ARateLimitKeepsOtherNamesFromOrderingWhenItIsOnTheAccount(string detail, int asked)
    {
        await using var ca = await ScriptedCa.StartAsync();
        ca.Register().Refuse("/new-order", 429, "rateLimited", TimeSpan.FromHours(34), detail);
        using var folder = new TestFolder();
        var stores = await TestStores.OpenAsync(folder.Path);
        var issuers = new Issuers((_, _) => NoChallenge, TimeProvider.System, new TestLog());

        foreach (var name in new[] { "a.example", "b.example" })
        {
            var refusal = await Assert.ThrowsAsync<IssuanceException>(() => IssueAsync(issuers, ca.Authority, stores, name));
            Assert.Contains(detail, refusal.Message, StringComparison.Ordinal);
            Assert.True(refusal.OrderIsBlameless);
        }

        Assert.Equal(asked, ca.Count("/new-order"));
    }

    [Fact]
    public async Task NamesWhoseOrdersComeToNothingDoNotHoldUpOthersHoweverLongTheyTake()
    {
        await using var pebble = await PebbleProcess.StartAsync(
            new PebbleOptions { NonceReject = 0 }, TestContext.Current.CancellationToken);
        await using var challenges = new Http01Responder(pebble.HttpPort);
        using var folder = new TestFolder();
        var stores = await TestStores.OpenAsync(folder.Path);
        var solver = new SlowSolver(challenges);
        var issuers = new Issuers((_, _) => solver, TimeProvider.System, new TestLog());
        var authority = new AcmeConfig
        {
            DirectoryUrl = pebble.DirectoryUrl,
            TrustedRoots = pebble.RootPemPath,
            AcceptTermsOfService = true,
        };
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        string[] slow = [.. Enumerable.Range(0, 10).Select(number => $"slow{number}.example")];
        foreach (var name in slow)
            await Assert.ThrowsAsync<InvalidOperationException>(() => IssueAsync(issuers, authority, stores, name));

        solver.WaitsForever = true;
        var waiting = slow.Select(name => IssueAsync(issuers, authority, stores, name, ending.Token)).ToList();
        await Eventually.BecomesTrueAsync(() => solver.Waiting == slow.Length);

        await IssueAsync(issuers, authority, stores, "good.example")
            .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await ending.CancelAsync();
        foreach (var attempt in waiting)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attempt);
    }

    private static IChallengeSolver NoChallenge => new SlowSolver(null);

    private static async Task<byte[]> IssueAsync(
        Issuers issuers, AcmeConfig authority, Stores stores, string name, CancellationToken? cancellationToken = null)
    {
        using var key = KeyFactory.Create(CertificateKeyType.P256);
        // The issuer is not disposed of, because its session stays while the name is configured.
        var issuer = issuers.Create(new CertificateSource.Acme(authority), stores);
        using var turn = await issuer.TakeTurnAsync(name, hasFailed: false, cancellationToken ?? TestContext.Current.CancellationToken);
        return await issuer.IssueAsync(
            new Issuance(name, key, null, _ => Task.CompletedTask, new Random(1)),
            cancellationToken ?? TestContext.Current.CancellationToken);
    }

    /// <summary>Solves nothing for names that begin with "slow".</summary>
    private sealed class SlowSolver(IChallengeSolver? good) : IChallengeSolver
    {
        private int _waiting;

        public string ChallengeType => Http01.ChallengeType;

        /// <summary>Or else fails at once.</summary>
        public bool WaitsForever { get; set; }

        public int Waiting => _waiting;

        public async ValueTask PresentAsync(AcmeChallengeContext context, CancellationToken cancellationToken)
        {
            if (!context.Identifier.Value.StartsWith("slow", StringComparison.Ordinal))
            {
                await good!.PresentAsync(context, cancellationToken);
                return;
            }

            if (!WaitsForever)
                throw new InvalidOperationException();
            Interlocked.Increment(ref _waiting);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        public ValueTask CleanUpAsync(AcmeChallengeContext context, CancellationToken cancellationToken) =>
            good?.CleanUpAsync(context, cancellationToken) ?? ValueTask.CompletedTask;
    }

    /// <summary>What the program does with one CA: everything but the network around it.</summary>
    private sealed class AcmeEdge : IAsyncDisposable
    {
        private readonly TestFolder _data = new();
        private readonly Http01Responder _challenges;
        private readonly CertificateSource _source;

        private AcmeEdge(PebbleProcess pebble, Http01Responder challenges, AcmeConfig authority)
        {
            Pebble = pebble;
            _challenges = challenges;
            _source = new CertificateSource.Acme(authority);
            (Table, Loop) = Create();
        }

        public PebbleProcess Pebble { get; }

        public TestLog Log { get; } = new();

        public CertificateTable Table { get; private set; }

        public CertificateKeeper Loop { get; private set; }

        public static async Task<AcmeEdge> StartAsync(PebbleOptions? options = null, Func<AcmeConfig, AcmeConfig>? change = null)
        {
            var pebble = await PebbleProcess.StartAsync(options, TestContext.Current.CancellationToken);
            var authority = new AcmeConfig
            {
                DirectoryUrl = pebble.DirectoryUrl,
                TrustedRoots = pebble.RootPemPath,
                Email = "ops@example.org",
                AcceptTermsOfService = true,
            };
            return new AcmeEdge(pebble, new Http01Responder(pebble.HttpPort), change?.Invoke(authority) ?? authority);
        }

        public string Data(string path) => _data.File(path);

        public void Apply(params string[] names) => Loop.Apply(TestConfig.Create(_data.Path, _source, names));

        public bool IsIssued(string name) => Table.Find(name) is { IsPlaceholder: false };

        public Task AllIssuedAsync() => Eventually.BecomesTrueAsync(
            () => Loop.Statuses.All(status => status.State is CertificateState.Issued), () => Log.Text);

        public async Task RestartAsync()
        {
            await Loop.StopAsync();
            (Table, Loop) = Create();
        }

        public async ValueTask DisposeAsync()
        {
            await Loop.StopAsync();
            await _challenges.DisposeAsync();
            await Pebble.DisposeAsync();
            _data.Dispose();
        }

        private (CertificateTable, CertificateKeeper) Create()
        {
            var table = new CertificateTable();
            return (table, new CertificateKeeper(table, _challenges, TimeProvider.System, new Random(1), Log));
        }
    }
}
