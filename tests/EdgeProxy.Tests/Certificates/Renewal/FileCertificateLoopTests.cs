using System.Security.Cryptography;
using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;
using Microsoft.Extensions.Logging;

namespace EdgeProxy.Tests.Certificates.Renewal;

public sealed class FileCertificateLoopTests : IAsyncDisposable
{
    private static readonly TestCa Ca = TestCa.CreateRoot();
    private static readonly ServerPem Old = Ca.Issue("a.example");
    private static readonly ServerPem New = Ca.Issue("a.example");

    private readonly TestFolder _files = new();
    private readonly TestLog _log = new();
    private readonly CountingTime _time = new();
    private readonly CertificateTable _table = new();
    private readonly CertificateKeeper _keeper;

    public FileCertificateLoopTests() => _keeper = new CertificateKeeper(
        _table, (_, _) => throw new InvalidOperationException("Nobody is asked."), _time, new Random(1), _log);

    [Fact]
    public void APairIsServedAtOnce()
    {
        Start();

        AssertServed(Old);
        Assert.Null(Assert.IsType<CertificateState.Issued>(_keeper.Statuses.Single().State).NextAttempt);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ANewPairMayArriveInTwoStepsInAnyOrder(bool chainFirst)
    {
        Start();

        _files.Write(chainFirst ? "chain.pem" : "key.pem", chainFirst ? New.Chain : New.Key);
        await Eventually.BecomesTrueAsync(
            () => _log.Text.Contains("does not belong", StringComparison.Ordinal), _time, TimeSpan.FromSeconds(1));
        AssertServed(Old);
        _files.Write(chainFirst ? "key.pem" : "chain.pem", chainFirst ? New.Key : New.Chain);
        await Eventually.BecomesTrueAsync(
            () => _table.Find("a.example")!.Leaf.ExportCertificatePem() != Leaf(Old), _time, TimeSpan.FromSeconds(1));

        AssertServed(New);
        Assert.Null(_keeper.Statuses.Single().State.LastError);
    }

    [Fact]
    public async Task AReloadDoesNotWaitForTheNextLook()
    {
        Start();
        _files.Write("chain.pem", New.Chain);
        _files.Write("key.pem", New.Key);

        await CheckFilesAsync();

        AssertServed(New);
    }

    [Fact]
    public async Task CertbotsSymlinksAreFollowed()
    {
        foreach (var (number, pair) in (IEnumerable<(int, ServerPem)>)[(1, Old), (2, New)])
        {
            _files.Write($"fullchain{number}.pem", pair.Chain);
            _files.Write($"privkey{number}.pem", pair.Key);
        }

        Link(1);
        Apply();
        AssertServed(Old);
        Link(2);
        await CheckFilesAsync();
        AssertServed(New);
    }

    [Fact]
    public async Task AHalfWrittenFileIsNeverServed()
    {
        Start();
        _files.Write("key.pem", New.Key);

        for (var length = 0; length < New.Chain.Length - 2; length += 50)
        {
            _files.Write("chain.pem", New.Chain[..length]);
            await CheckFilesAsync();
            AssertServed(Old);
        }

        _files.Write("chain.pem", New.Chain);
        await CheckFilesAsync();
        AssertServed(New);
    }

    [Fact]
    public async Task AFileThatEndsAfterAWholeCertificateWhileItIsWrittenIsNeverServed()
    {
        Start();
        var intermediate = Ca.CreateIntermediate("Test Intermediate");
        var (chain, key) = intermediate.Issue("a.example", null, null, intermediate.Certificate, Ca.Certificate);
        var lines = chain.Split('\n');
        _files.Write("key.pem", key);

        // The file grows by a line between any two looks at it, as if a slow program were writing it.
        for (var count = 1; count < lines.Length - 1; count++)
        {
            await LookAsync();
            var reload = _keeper.CheckFilesAsync(TestContext.Current.CancellationToken);
            _files.Write("chain.pem", string.Join('\n', lines[..count]));
            _time.Advance(TimeSpan.FromMilliseconds(200));
            await reload;
            AssertServed(Old);
        }

        _files.Write("chain.pem", chain);
        await LookAsync();
        AssertServed(Old);
        await LookAsync();
        Assert.Equal(2, _table.Find("a.example")!.Options.ServerCertificateContext!.IntermediateCertificates.Count);
    }

    [Fact]
    public async Task TheSameProblemIsLoggedOnce()
    {
        Start();
        foreach (var _ in Enumerable.Range(0, 5))
        {
            _files.Write("chain.pem", Ca.Issue("a.example").Chain);
            await CheckFilesAsync();
        }

        File.Delete(_files.File("chain.pem"));
        await Eventually.BecomesTrueAsync(
            () => _log.Lines.Count(line => line.Level == LogLevel.Error) == 2, _time, TimeSpan.FromSeconds(1));
        AssertServed(Old);
    }

    [Fact]
    public void WithoutFilesThereIsAPlaceholderAndASentenceWithThePath()
    {
        Apply();

        Assert.True(_table.Find("a.example")!.IsPlaceholder);
        Assert.Contains(_files.File("chain.pem"), _keeper.Statuses.Single().State.LastError, StringComparison.Ordinal);
        Assert.Contains(_files.File("chain.pem"), _log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(_log.Lines, line => line.Exception is not null);
    }

    [Fact]
    public void OtherSitesGoOn()
    {
        _files.Write("chain.pem", Old.Chain);
        _files.Write("key.pem", Old.Key);
        _keeper.Apply(TestConfig.Create(_files.Path,
            ("broken.example", new CertificateSource.File("/nowhere/chain.pem", "/nowhere/key.pem")), ("a.example", Source)));

        Assert.True(_table.Find("broken.example")!.IsPlaceholder);
        AssertServed(Old);
    }

    [Fact]
    public void ACertificateForAnotherNameIsServedWithAWarning()
    {
        _files.Write("chain.pem", Old.Chain);
        _files.Write("key.pem", Old.Key);

        _keeper.Apply(TestConfig.Create(_files.Path, Source, "other.example"));

        Assert.False(_table.Find("other.example")!.IsPlaceholder);
        Assert.Contains(
            _log.Lines,
            line => line.Level == LogLevel.Warning && line.Message.Contains("is not for other.example", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("RSA 1024", "ee key too small")]
    [InlineData("1.2.840.10045.3.1.1", "ee key too small")] // P-192
    [InlineData("1.3.132.0.10", "no shared cipher")] // secp256k1
    [InlineData("1.3.36.3.3.2.8.1.1.7", "no shared cipher")] // brainpoolP256r1
    public async Task APairThatNoBrowserCouldUseDoesNotReplaceTheLastGoodOne(string kind, string reason)
    {
        Start();
        var (chain, key) = IssueOf(kind);
        _files.Write("chain.pem", chain);
        _files.Write("key.pem", key);

        await CheckFilesAsync();

        AssertServed(Old);
        Assert.Contains(_log.Lines, line => line.Level == LogLevel.Error
            && line.Message.Contains("the last good one stays", StringComparison.Ordinal)
            && line.Message.Contains(reason, StringComparison.Ordinal));
        Assert.Contains(reason, _keeper.Statuses.Single().State.LastError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("b.example", -1, 90, "is not for a.example")]
    [InlineData("a.example", -90, 89, "ended")]
    [InlineData("a.example", 1, 90, "begins")]
    public async Task APairThatClientsWouldRefuseDoesNotReplaceAGoodOne(string name, int fromDay, int days, string reason)
    {
        Start();
        var (chain, key) = Ca.Issue(name, TimeSpan.FromDays(days), _time.GetUtcNow().AddDays(fromDay));
        _files.Write("chain.pem", chain);
        _files.Write("key.pem", key);

        await CheckFilesAsync();

        AssertServed(Old);
        Assert.Contains(_log.Lines, line => line.Level == LogLevel.Error && line.Message.Contains(reason, StringComparison.Ordinal));
        Assert.Contains(reason, _keeper.Statuses.Single().State.LastError, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _keeper.StopAsync();
        _files.Dispose();
    }

    private CertificateSource Source => new CertificateSource.File(_files.File("chain.pem"), _files.File("key.pem"));

    private void Start()
    {
        _files.Write("chain.pem", Old.Chain);
        _files.Write("key.pem", Old.Key);
        Apply();
        AssertServed(Old);
    }

    /// <summary>A reload.</summary>
    private async Task CheckFilesAsync()
    {
        var reload = _keeper.CheckFilesAsync(TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromMilliseconds(200));
        await reload;
    }

    /// <summary>Has the loop look at the files once.</summary>
    private async Task LookAsync()
    {
        await Eventually.BecomesTrueAsync(() => _time.Timers > 0);
        var timers = _time.Timers;
        _time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.BecomesTrueAsync(() => _time.Timers > timers);
    }

    private void Apply() => _keeper.Apply(TestConfig.Create(_files.Path, Source, "a.example"));

    private void Link(int number)
    {
        (string Link, string Target)[] links = [("chain.pem", $"fullchain{number}.pem"), ("key.pem", $"privkey{number}.pem")];
        foreach (var (link, target) in links)
        {
            File.Delete(_files.File(link));
            File.CreateSymbolicLink(_files.File(link), target);
        }
    }

    private void AssertServed(ServerPem pair) => Assert.Equal(Leaf(pair), _table.Find("a.example")!.Leaf.ExportCertificatePem());

    private static ServerPem IssueOf(string kind)
    {
        using AsymmetricAlgorithm key = kind == "RSA 1024" ? RSA.Create(1024) : ECDsa.Create(ECCurve.CreateFromValue(kind));
        return new ServerPem(Ca.IssueFor("a.example", key), key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    private static string Leaf(ServerPem pair) => pair.Chain.TrimEnd();
}
