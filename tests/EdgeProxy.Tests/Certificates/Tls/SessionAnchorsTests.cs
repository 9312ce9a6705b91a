using System.Security.Cryptography;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;
using Microsoft.Extensions.Time.Testing;

namespace EdgeProxy.Tests.Certificates.Tls;

public sealed class SessionAnchorsTests : IDisposable
{
    private const int Names = 40;

    private static readonly TestCa Ca = TestCa.CreateRoot();
    private static readonly (ServingCertificate A, ServingCertificate B, ServingCertificate C) Some =
        (Ca.Serve("a.example"), Ca.Serve("b.example"), Ca.Serve("c.example"));

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly TestLog _log = new();

    [Fact]
    public async Task SessionsOfMoreCertificatesThanTheRuntimeRemembersAreResumed()
    {
        using var folder = new TestFolder();
        await using var server = await TlsServer.StartAsync(Table());

        Assert.Equal(Names, await CountResumedAsync(server, folder));
    }

    /// <summary>When this fails the runtime remembers more by itself, and the class is not needed any more.</summary>
    [Fact]
    public async Task WithoutAnchorsTheyAreNot()
    {
        using var folder = new TestFolder();
        await using var server = await TlsServer.StartAsync(Table(), anchored: false);

        Assert.NotEqual(Names, await CountResumedAsync(server, folder));
    }

    /// <summary>A client gives such a handshake up, and the server would wait for it.</summary>
    [Fact]
    public async Task AChainThatNoClientTakesHoldsUpNeitherTheOthersNorTheEnd()
    {
        var large = Served(Ca, 300);
        var anchors = Create(limit: 2, large, Some.A);
        anchors.Touch(large);
        anchors.Touch(Some.A);

        await Eventually.BecomesTrueAsync(() => anchors.Holds(Some.A));
        Assert.False(anchors.Holds(large));

        await anchors.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task TheOneThatWasIdleLongestMakesWay()
    {
        await using var anchors = Create(limit: 2, Some.A, Some.B, Some.C);
        await TouchUntilHeldAsync(anchors, Some.A);
        await TouchUntilHeldAsync(anchors, Some.B);

        _time.Advance(TimeSpan.FromMinutes(1));
        anchors.Touch(Some.A);
        _time.Advance(TimeSpan.FromMinutes(4.5));
        await TouchUntilHeldAsync(anchors, Some.C);

        Assert.True(anchors.Holds(Some.A));
        Assert.False(anchors.Holds(Some.B));
    }

    [Fact]
    public async Task WhatIsInUseIsNotPushedOut()
    {
        await using var anchors = Create(limit: 1, Some.A, Some.B);
        await TouchUntilHeldAsync(anchors, Some.A);
        anchors.Touch(Some.B);

        _time.Advance(TimeSpan.FromMinutes(4));
        anchors.Touch(Some.A);
        _time.Advance(TimeSpan.FromMinutes(4));
        anchors.Touch(Some.B);
        // The anchors take requests in turn, so the one above is done when this one is.
        _time.Advance(TimeSpan.FromMinutes(1));
        await TouchUntilHeldAsync(anchors, Some.B);

        Assert.False(anchors.Holds(Some.A));
    }

    [Fact]
    public async Task WhileThereIsNoRoomAskingForItCostsNothing()
    {
        await using var anchors = Create(limit: 1, Some.A, Some.B);
        await TouchUntilHeldAsync(anchors, Some.A);
        anchors.Touch(Some.B);

        await Eventually.BecomesTrueAsync(() => Allocated(() => anchors.Touch(Some.B)) == 0);
        Assert.Equal(0, Allocated(() => anchors.Touch(Some.A)));
    }

    [Fact]
    public async Task OneThatFailedIsTriedAgainLaterAndNotAtEveryHandshake()
    {
        using var key = RSA.Create(1024);
        Assert.True(PemPairParser.TryParse(Ca.IssueFor("weak.example", key), key.ExportPkcs8PrivateKeyPem(), out var weak, out _));
        await using var anchors = Create(limit: 2, weak, Some.A);
        anchors.Touch(weak);
        await Eventually.BecomesTrueAsync(() => Failures == 1);

        for (var count = 0; count < 10; count++)
            anchors.Touch(weak);
        await TouchUntilHeldAsync(anchors, Some.A);
        Assert.Equal(1, Failures);

        _time.Advance(TimeSpan.FromMinutes(5));
        anchors.Touch(weak);
        await Eventually.BecomesTrueAsync(() => Failures == 2);
    }

    [Fact]
    public async Task ACertificateThatWasReplacedIsLetGoWithTheNextKeys()
    {
        var table = TestTable.Create(("a.example", Some.A), ("b.example", Some.B));
        await using var anchors = new SessionAnchors(table, _time, _log.For<SessionAnchors>(), 2);
        await TouchUntilHeldAsync(anchors, Some.A);
        await TouchUntilHeldAsync(anchors, Some.B);

        table.Cells[0].Certificate = Some.C;
        await anchors.RenewKeysAsync(TestContext.Current.CancellationToken);

        Assert.False(anchors.Holds(Some.A));
        Assert.True(anchors.Holds(Some.B));
        await TouchUntilHeldAsync(anchors, Some.C);
    }

    /// <summary>In a process of its own: the runtime's contexts are the process's.</summary>
    [Fact]
    public Task NoSessionIsResumedAfterADay() => ChildTest.RunAsync(typeof(SessionAnchorsTests), nameof(ForgetsSessionsAfterADay), []);

    [Fact]
    public async Task ForgetsSessionsAfterADay()
    {
        using var folder = new TestFolder();
        var table = TestTable.Create(("a.example", Some.A));
        await using var server = await TlsServer.StartAsync(table, time: _time);
        // A connection that stays keeps the runtime from dropping the old keys, so they must not be used any more.
        using var visitor = await RawConnection.OpenTlsAsync(server.Port, "a.example", TestContext.Current.CancellationToken);
        await Eventually.BecomesTrueAsync(() => server.Holds(Some.A));
        await OpenSsl.ConnectAsync(server.Port, $"-servername a.example -tls1_2 -sess_out {folder.File("old")}");

        _time.Advance(TimeSpan.FromHours(23.9));
        Assert.True(await IsResumedAsync(server, "a.example", folder.File("old")));
        _time.Advance(TimeSpan.FromHours(0.1));
        var looks = 0;
        while (await IsResumedAsync(server, "a.example", folder.File("old")))
            Assert.True(++looks < 200, "It is resumed for ever.");

        await Eventually.BecomesTrueAsync(() => server.Holds(Some.A));
        await OpenSsl.ConnectAsync(server.Port, $"-servername a.example -tls1_2 -sess_out {folder.File("new")}");
        Assert.True(await IsResumedAsync(server, "a.example", folder.File("new")));
        Assert.Equal("hello", await TlsServer.GetAsync(visitor, "a.example"));
    }

    public void Dispose() => _log.Dispose();

    private int Failures => _log.Lines.Count(line => line.Message.StartsWith("Cannot keep", StringComparison.Ordinal));

    private SessionAnchors Create(int limit, params ServingCertificate[] served) => new(
        TestTable.Create([.. served.Select((certificate, number) => ($"n{number}.example", certificate))]),
        _time,
        _log.For<SessionAnchors>(),
        limit);

    private static Task TouchUntilHeldAsync(SessionAnchors anchors, ServingCertificate certificate)
    {
        anchors.Touch(certificate);
        return Eventually.BecomesTrueAsync(() => anchors.Holds(certificate));
    }

    private static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>With a chain that no file may bring.</summary>
    private static ServingCertificate Served(TestCa ca, int chain)
    {
        var other = ca.CreateIntermediate(new string('x', 60)).Certificate;
        return new ServingCertificate(ca.Serve("large.example").Leaf, [.. Enumerable.Repeat(other, chain)]);
    }

    private static CertificateTable Table() => TestTable.Create(
        [.. Enumerable.Range(0, Names).Select(number => ($"n{number}.example", Ca.Serve($"n{number}.example")))]);

    private static async Task<int> CountResumedAsync(TlsServer server, TestFolder folder)
    {
        for (var number = 0; number < Names; number++)
            await OpenSsl.ConnectAsync(server.Port, $"-servername n{number}.example -tls1_2 -sess_out {folder.File($"{number}")}");
        var resumed = 0;
        for (var number = 0; number < Names; number++)
            resumed += await IsResumedAsync(server, $"n{number}.example", folder.File($"{number}")) ? 1 : 0;
        return resumed;
    }

    private static async Task<bool> IsResumedAsync(TlsServer server, string name, string session) =>
        (await OpenSsl.ConnectAsync(server.Port, $"-servername {name} -tls1_2 -sess_in {session}")).Text
            .Contains("Reused, TLS", StringComparison.Ordinal);
}
