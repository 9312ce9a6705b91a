using EdgeProxy.Acme;
using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Configuration.Model;
using Microsoft.AspNetCore.Http;

namespace EdgeProxy.Tests.Certificates.Issuing;

public sealed class IssuersTests : IDisposable
{
    private readonly TestFolder _data = new();

    [Fact]
    public async Task NamesThatShareACaShareItsConnection()
    {
        await using var ca = await StartCaAsync();
        var (issuers, stores) = (CreateIssuers(), await TestStores.OpenAsync(_data.Path));

        foreach (var type in new[] { CertificateKeyType.P256, CertificateKeyType.P384 })
            await FailAsync(issuers.Create(new CertificateSource.Acme(ca.Authority with { KeyType = type }), stores));

        Assert.Equal(1, ca.Count("/dir"));
    }

    [Fact]
    public async Task AConnectionIsGivenUpWithTheLastNameThatUsesIt()
    {
        await using var ca = await StartCaAsync();
        var (issuers, stores) = (CreateIssuers(), await TestStores.OpenAsync(_data.Path));
        var source = new CertificateSource.Acme(ca.Authority);
        ICertificateIssuer[] names = [issuers.Create(source, stores), issuers.Create(source, stores)];
        await FailAsync(names[0]);

        names[0].Dispose();
        names[0].Dispose();
        await FailAsync(names[1]);
        Assert.Equal(1, ca.Count("/dir"));
        names[1].Dispose();
        await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => IssueAsync(names[1]));
        await FailAsync(issuers.Create(source, stores));

        Assert.Equal(2, ca.Count("/dir"));
    }

    [Fact]
    public async Task APauseThatACaAsksForOutlastsTheNameThatWasToldOfIt()
    {
        await using var ca = await ScriptedCa.StartAsync();
        ca.Register().Refuse("/new-order", 503, "serverInternal", TimeSpan.FromHours(1));
        var (issuers, stores) = (CreateIssuers(), await TestStores.OpenAsync(_data.Path));
        var before = issuers.Create(new CertificateSource.Acme(ca.Authority), stores);
        await FailAsync(before);

        // A reload that changes the type of key makes a new issuer before it disposes of the old one.
        var after = issuers.Create(new CertificateSource.Acme(ca.Authority with { KeyType = CertificateKeyType.P384 }), stores);
        before.Dispose();
        await FailAsync(after);

        Assert.Equal(1, ca.Count("/new-order"));
    }

    [Fact]
    public async Task TheSolverIsChosenForTheCaAndTheName()
    {
        await using var ca = await StartCaAsync();
        ca.On("/new-order", Results.Created(ca.Url("/order/1"), new
        {
            status = "pending",
            identifiers = new[] { new { type = "dns", value = "a.example" } },
            authorizations = new[] { ca.Url("/authorization/1") },
            finalize = ca.Url("/finalize/1"),
        }));
        ca.On("/authorization/1", Results.Json(new
        {
            status = "pending",
            identifier = new { type = "dns", value = "a.example" },
            challenges = new[] { new { type = "http-01", url = ca.Url("/challenge/1"), status = "pending", token = "token" } },
        }));
        var asked = new List<(AcmeConfig, string)>();
        var issuers = new Issuers((authority, name) =>
        {
            asked.Add((authority, name.Value));
            return new NoSolver();
        }, TimeProvider.System, new TestLog());

        await FailAsync(issuers.Create(new CertificateSource.Acme(ca.Authority), await TestStores.OpenAsync(_data.Path)));

        Assert.Equal([(ca.Authority, "a.example")], asked);
    }

    public void Dispose() => _data.Dispose();

    private static async Task<ScriptedCa> StartCaAsync() =>
        (await ScriptedCa.StartAsync()).Register().Refuse("/new-order", 400, "rejectedIdentifier");

    private static Issuers CreateIssuers() => new((_, _) => new NoSolver(), TimeProvider.System, new TestLog());

    private static Task<IssuanceException> FailAsync(ICertificateIssuer issuer) =>
        Assert.ThrowsAsync<IssuanceException>(() => IssueAsync(issuer));

    private static async Task IssueAsync(ICertificateIssuer issuer)
    {
        using var key = KeyFactory.Create(CertificateKeyType.P256);
        using var turn = await issuer.TakeTurnAsync("a.example", hasFailed: false, TestContext.Current.CancellationToken);
        await issuer.IssueAsync(
            new Issuance("a.example", key, null, _ => Task.CompletedTask, new Random(1)), TestContext.Current.CancellationToken);
    }

    private sealed class NoSolver : IChallengeSolver
    {
        public string ChallengeType => Http01.ChallengeType;

        public ValueTask PresentAsync(AcmeChallengeContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask CleanUpAsync(AcmeChallengeContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
