using EdgeProxy.Acme;
using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Configuration.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace EdgeProxy.Tests.Certificates.Issuing;

public sealed class AcmeSessionTests : IDisposable
{
    private readonly TestFolder _data = new();
    private readonly TestLog _log = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    [Theory]
    [InlineData(429, "rateLimited", 3600, 3600)]
    [InlineData(429, "rateLimited", 5, 60)]
    [InlineData(400, "badPublicKey", null, 60)]
    [InlineData(503, "serverInternal", 31_536_000, 8 * 86_400)]
    public async Task ARefusedRegistrationIsNotRepeatedByEveryNameButAfterAPause(int status, string type, int? retryAfter, int pause)
    {
        await using var ca = await ScriptedCa.StartAsync();
        ca.Refuse("/new-account", status, type, retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        var session = CreateSession(ca.Authority);
        var until = _time.GetUtcNow().AddSeconds(pause);

        foreach (var wait in new[] { 0, 0, pause / 2, pause - pause / 2 - 1 })
        {
            _time.Advance(TimeSpan.FromSeconds(wait));
            var refusal = await Assert.ThrowsAsync<IssuanceException>(() => session.OpenAsync(TestContext.Current.CancellationToken));
            Assert.Contains($"no, because of {type}", refusal.Message, StringComparison.Ordinal);
            Assert.Equal(until, refusal.RetryAfter);
            Assert.True(refusal.OrderIsBlameless);
        }

        Assert.Equal(1, ca.Count("/new-account"));
        _time.Advance(TimeSpan.FromSeconds(1));
        ca.Register();
        await session.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, ca.Count("/new-account"));
    }

    [Fact]
    public async Task AnAccountThatAnotherProcessHasRegisteredIsUsed()
    {
        await using var ca = await ScriptedCa.StartAsync();
        ca.Register();
        await Task.WhenAll(Enumerable.Range(0, 3)
            .Select(_ => CreateSession(ca.Authority).OpenAsync(TestContext.Current.CancellationToken)));

        Assert.Equal(1, ca.Count("/new-account"));
        Assert.Single(Directory.GetFiles(_data.Path, "*.json", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task AnAccountThatTheCaForgotIsRegisteredAgainByOneProcessOnly()
    {
        await using var ca = await ScriptedCa.StartAsync();
        ca.Register();
        var sessions = new[] { CreateSession(ca.Authority), CreateSession(ca.Authority) };
        var clients = new List<AcmeClient>();
        foreach (var session in sessions)
            clients.Add(await session.OpenAsync(TestContext.Current.CancellationToken));
        ca.Register("/account/2");

        foreach (var (session, client) in sessions.Zip(clients))
        {
            await session.ForgetAccountAsync(client, TestContext.Current.CancellationToken);
            Assert.Equal(ca.Url("/account/2"), (await session.OpenAsync(TestContext.Current.CancellationToken)).AccountUrl);
        }

        Assert.Equal(2, ca.Count("/new-account"));
    }

    [Fact]
    public async Task AClockThatIsSetBackDoesNotMakeAPauseLonger()
    {
        await using var ca = await ScriptedCa.StartAsync();
        ca.Refuse("/new-account", 429, "rateLimited");
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow.AddYears(10));
        var session = new AcmeSession(ca.Authority, CreateStore(), time, _log.For<AcmeSession>());
        await Assert.ThrowsAsync<IssuanceException>(() => session.OpenAsync(TestContext.Current.CancellationToken));

        ca.Register();
        time.AdjustTime(DateTimeOffset.UtcNow);

        await session.OpenAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task AContactThatTheCaRefusesStopsNothing()
    {
        await using var ca = await ScriptedCa.StartAsync();
        ca.Register().Refuse("/account/1", 400, "invalidContact");
        await CreateSession(ca.Authority).OpenAsync(TestContext.Current.CancellationToken);

        var client = await CreateSession(ca.Authority with { Email = "new@example.org" }).OpenAsync(TestContext.Current.CancellationToken);

        Assert.Equal(ca.Url("/account/1"), client.AccountUrl);
        Assert.Contains(
            _log.Lines,
            line => line.Level == LogLevel.Warning && line.Message.Contains("no, because of invalidContact", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnAccountFoundMissingWhenItsContactChangesIsRegisteredAgain()
    {
        await using var ca = await ScriptedCa.StartAsync();
        ca.Register().Refuse("/account/1", 400, "accountDoesNotExist");
        await CreateSession(ca.Authority).OpenAsync(TestContext.Current.CancellationToken);
        var changed = ca.Authority with { Email = "new@example.org" };

        await CreateSession(changed).OpenAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, ca.Count("/new-account"));
        Assert.Equal("new@example.org", (await CreateStore().FindAsync(changed, TestContext.Current.CancellationToken))!.Contact);
    }

    [Fact]
    public async Task RootsThatAreReplacedAreTrustedWithoutARestartOrAPause()
    {
        await using var ca = await ScriptedCa.StartAsync();
        ca.Register();
        var path = _data.Write("roots.pem", TestCa.CreateRoot().Pem);
        var session = CreateSession(ca.Authority with { TrustedRoots = path });
        var refusal = await Assert.ThrowsAsync<IssuanceException>(() => session.OpenAsync(TestContext.Current.CancellationToken));
        Assert.Contains("TLS handshake failed", refusal.Message, StringComparison.Ordinal);

        File.Copy(ca.RootPemPath, path, overwrite: true);
        var client = await session.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Same(client, await session.OpenAsync(TestContext.Current.CancellationToken));

        File.AppendAllText(path, "\n" + TestCa.CreateRoot().Pem);
        Assert.NotSame(client, await session.OpenAsync(TestContext.Current.CancellationToken));
    }

    public void Dispose() => _data.Dispose();

    private AcmeSession CreateSession(AcmeConfig authority) => new(authority, CreateStore(), _time, _log.For<AcmeSession>());

    private AccountStore CreateStore() => new(TestStores.Directory(_data.Path, _log), _log.For<AccountStore>());
}
