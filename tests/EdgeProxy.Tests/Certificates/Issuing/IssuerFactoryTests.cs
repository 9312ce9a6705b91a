using EdgeProxy.Acme;
using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Testing;

namespace EdgeProxy.Tests.Certificates.Issuing;

public sealed class IssuerFactoryTests : IDisposable
{
    private readonly TestFolder _data = new();

    [Fact]
    public async Task NamesThatShareACaShareItsConnection()
    {
        await using var ca = await StartCaAsync();
        var factory = CreateFactory();
        var issuers = new[] { CertificateKeyType.P256, CertificateKeyType.P384 }
            .Select(type => factory.Create(new CertificateSource.Acme(ca.Authority with { KeyType = type }), _data.Path)).ToList();

        foreach (var issuer in issuers)
            await FailAsync(issuer);

        Assert.Equal(1, ca.Count("/dir"));
        GC.KeepAlive(issuers);
    }

    [Fact]
    public async Task AConnectionThatNoNameUsesAnyMoreIsGivenUp()
    {
        await using var ca = await StartCaAsync();
        var factory = CreateFactory();

        for (var rounds = 0; ca.Count("/dir") < 2; rounds++)
        {
            Assert.True(rounds < 50, "It is kept.");
            await FailAsync(factory.Create(new CertificateSource.Acme(ca.Authority), _data.Path));
            // Away from the thread whose stack still holds the issuer.
            await Task.Delay(1, TestContext.Current.CancellationToken);
            GC.Collect();
        }
    }

    public void Dispose() => _data.Dispose();

    private static async Task<ScriptedCa> StartCaAsync() => (await ScriptedCa.StartAsync()).Register().Refuse("/new-order", 400, "rejectedIdentifier");

    private static IssuerFactory CreateFactory() => new(new NoSolver(), TimeProvider.System, new TestLog());

    private static async Task FailAsync(ICertificateIssuer issuer)
    {
        using var key = KeyFactory.Create(CertificateKeyType.P256);
        var issuance = new Issuance("a.example", key, null, _ => { }, new Random(1));
        await Assert.ThrowsAsync<IssuanceException>(() => issuer.IssueAsync(issuance, TestContext.Current.CancellationToken));
    }

    private sealed class NoSolver : IChallengeSolver
    {
        public string ChallengeType => Http01.ChallengeType;

        public ValueTask PresentAsync(AcmeChallengeContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask CleanUpAsync(AcmeChallengeContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
