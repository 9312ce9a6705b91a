using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Testing;
using EdgeProxy.Tests.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace EdgeProxy.Tests.Certificates.Renewal;

public sealed class RenewalLoopTests : IAsyncDisposable
{
    private static readonly CertificateSource Issued = new CertificateSource.Acme(new AcmeConfig { DirectoryUrl = new Uri("https://fake.example/dir") });

    private static readonly CertificateSource IssuedOtherwise = new CertificateSource.Acme(
        new AcmeConfig { DirectoryUrl = new Uri("https://fake.example/dir"), Email = "ops@example.org" });

    private readonly TestFolder _data = new();
    private readonly TestLog _log = new();
    private readonly CountingTime _time = new();
    private readonly FakeIssuer _issuer;
    private CertificateTable _table = new();
    private RenewalLoop _loop;

    public RenewalLoopTests()
    {
        _issuer = new FakeIssuer(_time);
        _loop = CreateLoop();
    }

    [Fact]
    public async Task EveryNameIsServedWhenApplyReturns()
    {
        _issuer.Before = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);

        Apply("a.example", "b.example", "10.0.0.1", "*.c.example");

        foreach (var name in (string[])["a.example", "b.example", "10.0.0.1", "x.c.example"])
        {
            Assert.True(_table.Find(name)!.IsPlaceholder);
            Assert.True(_table.Find(name)!.Covers(name));
        }

        Assert.Same(_table.Find("a.example"), _table.Default);
        await _loop.StopAsync();
    }

    [Fact]
    public async Task ACertificateIsStoredBeforeItIsServed()
    {
        Apply("a.example");
        await AllIssuedAsync();

        Assert.Contains(_table.Find("a.example")!.Leaf.ExportCertificatePem(), ReadFile("a.example", "fullchain.pem"), StringComparison.Ordinal);
        Assert.IsType<CertificateState.Issued>(_loop.Statuses.Single().State);
    }

    [Fact]
    public async Task ARestartServesWhatIsOnDiskAndAsksForNothing()
    {
        Apply("a.example", "b.example");
        await AllIssuedAsync();
        var (served, due) = (_table.Find("b.example")!.Leaf.Thumbprint, _loop.Statuses[1].State.NextAttempt);

        await RestartAsync("a.example", "b.example");

        Assert.Equal(served, _table.Find("b.example")!.Leaf.Thumbprint);
        Assert.Equal(due, _loop.Statuses[1].State.NextAttempt);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, _issuer.Requests.Count);
    }

    [Fact]
    public async Task ItIsRenewedInTimeAndTheOldOneIsServedMeanwhile()
    {
        Apply("a.example");
        await AllIssuedAsync();
        var first = _table.Find("a.example")!;
        var due = _loop.Statuses.Single().State.NextAttempt!.Value;
        Assert.InRange(due, first.NotAfter - TimeSpan.FromDays(32), first.NotAfter - TimeSpan.FromDays(29.9));

        await Eventually.BecomesTrueAsync(() => _issuer.Requests.Count == 2, _time, TimeSpan.FromHours(6));
        Assert.InRange(_time.GetUtcNow(), due, due.AddDays(1));
        await Eventually.BecomesTrueAsync(() => _table.Find("a.example") != first);

        Assert.False(_table.Find("a.example")!.IsPlaceholder);
        Assert.NotEqual(first.Leaf.GetPublicKeyString(), _table.Find("a.example")!.Leaf.GetPublicKeyString());
    }

    [Fact]
    public async Task AClockThatIsAheadDoesNotOrderWithoutEnd()
    {
        var issuer = new FakeIssuer(new FakeTimeProvider(_time.GetUtcNow().AddDays(-100)));
        _loop = new RenewalLoop(_table, (_, _) => issuer, _time, new Random(1), _log);

        Apply("a.example");
        await AllIssuedAsync();

        Assert.Equal(_time.GetUtcNow().AddHours(1), _loop.Statuses.Single().State.NextAttempt);
        await Eventually.BecomesTrueAsync(() => _log.Lines.Any(line => line.Level == LogLevel.Warning && line.Message.Contains("clock", StringComparison.Ordinal)));
        Assert.Single(issuer.Requests);
        await Eventually.BecomesTrueAsync(() => issuer.Requests.Count == 2, _time, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task AFailureIsTriedAgainAfter1And10And100MinutesAndThenDaily()
    {
        _issuer.Before = (_, _) => throw new IssuanceException("The CA says no.");
        Apply("a.example");

        var attempts = 0;
        foreach (var minutes in (double[])[1, 10, 100, 1440, 1440])
        {
            attempts++;
            // It has tried, and waits.
            await Eventually.BecomesTrueAsync(() => _time.Timers == attempts);
            Assert.Equal(attempts, _issuer.Requests.Count);
            var next = _loop.Statuses.Single().State.NextAttempt!.Value;
            Assert.InRange((next - _time.GetUtcNow()).TotalMinutes, minutes, minutes * 1.1);
            _time.SetUtcNow(next);
        }

        await Eventually.BecomesTrueAsync(() => _issuer.Requests.Count == 6);
    }

    [Fact]
    public async Task ARestartForgetsNeitherTheFailuresNorTheTimeThatTheCaAskedFor()
    {
        var retryAfter = _time.GetUtcNow().AddHours(40);
        _issuer.Before = (_, _) => throw new IssuanceException("Too many certificates.") { RetryAfter = retryAfter };
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => _log.Text.Contains("Too many certificates.", StringComparison.Ordinal));

        await RestartAsync("a.example");

        Assert.Equal(retryAfter, _loop.Statuses.Single().State.NextAttempt);
        Assert.Equal("Too many certificates.", _loop.Statuses.Single().State.LastError);
        _time.Advance(TimeSpan.FromHours(39));
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Single(_issuer.Requests);
        _issuer.Before = (_, _) => Task.CompletedTask;
        await Eventually.BecomesTrueAsync(() => !_table.Find("a.example")!.IsPlaceholder, _time, TimeSpan.FromMinutes(10));
        Assert.True(_time.GetUtcNow() >= retryAfter);
    }

    [Fact]
    public async Task AClockThatWasAheadDuringAFailureStopsNothingForLong()
    {
        var now = _time.GetUtcNow();
        var wrong = new FakeTimeProvider(now.AddYears(10));
        _issuer.Before = (_, _) => throw new IssuanceException("The CA says no.");
        _loop = new RenewalLoop(_table, (_, _) => _issuer, wrong, new Random(1), _log);
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => File.Exists(PathOf("a.example", "renewal.json")));

        _issuer.Before = (_, _) => Task.CompletedTask;
        await RestartAsync("a.example");

        await AllIssuedAsync();
        Assert.Equal(now, _time.GetUtcNow());
    }

    [Fact]
    public async Task ANameThatHangsOrFailsHoldsUpNoOther()
    {
        _issuer.Before = (issuance, cancellation) => issuance.Name switch
        {
            "hangs.example" => Task.Delay(Timeout.Infinite, cancellation),
            "fails.example" => throw new IssuanceException("No."),
            "crashes.example" => throw new InvalidOperationException("A bug."),
            _ => Task.CompletedTask,
        };

        Apply("hangs.example", "fails.example", "crashes.example", "good.example");

        await Eventually.BecomesTrueAsync(() => !_table.Find("good.example")!.IsPlaceholder);
        Assert.True(_table.Find("hangs.example")!.IsPlaceholder);
    }

    [Fact]
    public async Task AnUnexpectedExceptionEndsNothing()
    {
        var calls = 0;
        _issuer.Before = (_, _) => ++calls < 3 ? throw new InvalidOperationException("A bug.") : Task.CompletedTask;

        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => !_table.Find("a.example")!.IsPlaceholder, _time, TimeSpan.FromMinutes(1));

        Assert.Equal(2, _log.Lines.Count(line => line is { Level: LogLevel.Error, Exception: InvalidOperationException }));
    }

    [Fact]
    public async Task AnOrderThatACrashInterruptedIsCarriedOnWithTheSameKey()
    {
        var order = new Uri("https://fake.example/order/1");
        _issuer.Before = (issuance, cancellation) =>
        {
            issuance.OrderPlaced(order);
            return Task.Delay(Timeout.Infinite, cancellation);
        };
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => File.Exists(PathOf("a.example", "renewal.json")));
        var key = ReadFile("a.example", "next.key");

        _issuer.Before = (_, _) => Task.CompletedTask;
        await RestartAsync("a.example");
        await AllIssuedAsync();

        Assert.Equal(order, _issuer.Requests.Last().PendingOrder);
        Assert.Equal(key, ReadFile("a.example", "privkey.pem"));
        Assert.False(File.Exists(PathOf("a.example", "next.key")));
        await Eventually.BecomesTrueAsync(() => !ReadFile("a.example", "renewal.json").Contains("order", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnOrderThatFailsThriceIsGivenUpUnlessTheCaIsAway(bool isAway)
    {
        var order = new Uri("https://fake.example/order/1");
        _issuer.Before = (issuance, _) =>
        {
            if (_issuer.Requests.Count == 1)
                issuance.OrderPlaced(order);
            throw new IssuanceException("The order is still processing.") { CaIsUnavailable = isAway };
        };

        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => _issuer.Requests.Count == 4, _time, TimeSpan.FromMinutes(1));

        Assert.Equal([null, order, order, isAway ? order : null], _issuer.Requests.Select(request => request.PendingOrder));
    }

    [Fact]
    public async Task AnOrderWithAKeyOfAnotherTypeIsGivenUp()
    {
        _issuer.Before = (issuance, cancellation) =>
        {
            issuance.OrderPlaced(new Uri("https://fake.example/order/1"));
            return Task.Delay(Timeout.Infinite, cancellation);
        };
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => File.Exists(PathOf("a.example", "renewal.json")));

        _issuer.Before = (_, _) => Task.CompletedTask;
        _issuer.KeyType = CertificateKeyType.P384;
        await RestartAsync("a.example");
        await AllIssuedAsync();

        Assert.Null(_issuer.Requests.Last().PendingOrder);
        Assert.Equal(384, _issuer.Requests.Last().Key.KeySize);
    }

    [Fact]
    public async Task AnotherCaReplacesTheCertificateWhichIsServedMeanwhile()
    {
        Apply("a.example");
        await AllIssuedAsync();
        var first = _table.Find("a.example")!;

        var gate = new TaskCompletionSource();
        _issuer.Authority = "https://production.example/dir";
        _issuer.Before = (_, _) => gate.Task;
        await RestartAsync("a.example");
        Assert.Equal(first.Leaf.Thumbprint, _table.Find("a.example")!.Leaf.Thumbprint);
        gate.SetResult();

        await Eventually.BecomesTrueAsync(() => _table.Find("a.example")!.Leaf.Thumbprint != first.Leaf.Thumbprint);
        await Eventually.BecomesTrueAsync(() => ReadFile("a.example", "renewal.json").Contains("\"issuedBy\": \"https://production", StringComparison.Ordinal));
        await RestartAsync("a.example");
        Assert.Equal(2, _issuer.Requests.Count);
    }

    [Fact]
    public async Task AnExpiredCertificateOnDiskIsServedUntilTheNewOneIsThere()
    {
        Apply("a.example");
        await AllIssuedAsync();
        var first = _table.Find("a.example")!.Leaf.Thumbprint;
        await _loop.StopAsync();

        var gate = new TaskCompletionSource();
        _issuer.Before = (_, _) => gate.Task;
        _time.Advance(TimeSpan.FromDays(100));
        await RestartAsync("a.example");

        Assert.Equal(first, _table.Find("a.example")!.Leaf.Thumbprint);
        gate.SetResult();
        await Eventually.BecomesTrueAsync(() => _table.Find("a.example")!.NotAfter > _time.GetUtcNow());
    }

    [Fact]
    public async Task AChangedConfigurationTouchesOnlyTheNamesThatChanged()
    {
        Apply("a.example", "b.example");
        await AllIssuedAsync();
        var kept = _table.Find("b.example");

        Apply("c.example", "b.example");
        await AllIssuedAsync();

        Assert.Same(kept, _table.Find("b.example"));
        Assert.Null(_table.Find("a.example"));
        Assert.Same(_table.Find("c.example"), _table.Default);
        Assert.Equal(["c.example", "b.example"], _loop.Statuses.Select(status => status.Name));
        Assert.Equal(3, _issuer.Requests.Count);
    }

    [Fact]
    public async Task ARemovedNameIsNoLongerAskedFor()
    {
        var cancelled = new TaskCompletionSource();
        _issuer.Before = async (_, cancellation) =>
        {
            using var registration = cancellation.Register(() => cancelled.TrySetResult());
            await Task.Delay(Timeout.Infinite, cancellation);
        };
        Apply("a.example", "b.example");
        await Eventually.BecomesTrueAsync(() => _issuer.Requests.Count == 2);

        _issuer.Before = (_, _) => Task.CompletedTask;
        Apply("b.example");

        await cancelled.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task ANameThatIsRemovedAndComesBackWaitsForItsOldLoop()
    {
        var gate = new TaskCompletionSource();
        _issuer.Before = (issuance, _) => issuance.Name == "a.example" ? gate.Task : Task.CompletedTask;
        Apply("a.example", "b.example");
        await Eventually.BecomesTrueAsync(() => _issuer.Requests.Count == 2);

        Apply("b.example");
        Apply("a.example", "b.example");
        gate.SetResult();
        await Eventually.BecomesTrueAsync(
            () => _loop.Statuses[0].State is CertificateState.Issued state && state.NextAttempt > _time.GetUtcNow(), () => _log.Text);

        Assert.Single(_issuer.Requests, request => request.Name == "a.example");
    }

    [Fact]
    public async Task StoppingWaitsForRemovedNamesToo()
    {
        var gate = new TaskCompletionSource();
        _issuer.Before = (_, _) => gate.Task;
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => _issuer.Requests.Count == 1);
        Apply();

        var stopping = _loop.StopAsync();

        Assert.False(stopping.IsCompleted);
        gate.SetResult();
        await stopping;
        Assert.True(File.Exists(PathOf("a.example", "fullchain.pem")));
    }

    [Fact]
    public async Task AnExpiredCertificateOnDiskDoesNotReplaceAGoodOneFromFiles()
    {
        Apply("a.example");
        await AllIssuedAsync();
        await _loop.StopAsync();
        _time.Advance(TimeSpan.FromDays(100));
        var (chain, key) = TestCa.CreateRoot().Issue("a.example", TimeSpan.FromDays(365));
        _table = new CertificateTable();
        _loop = CreateLoop();
        _loop.Apply(TestConfig.Create(DataDirectory, new CertificateSource.File(_data.Write("chain.pem", chain), _data.Write("key.pem", key)), "a.example"));
        var fromFile = _table.Find("a.example");

        var gate = new TaskCompletionSource();
        _issuer.Before = (_, _) => gate.Task;
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => _issuer.Requests.Count == 2);

        Assert.Same(fromFile, _table.Find("a.example"));
        gate.SetResult();
        await Eventually.BecomesTrueAsync(() => _table.Find("a.example") != fromFile);
    }

    [Fact]
    public async Task ANameWithANewSourceKeepsWhatItHasUntilThatDelivers()
    {
        var (chain, key) = TestCa.CreateRoot().Issue("a.example");
        var file = new CertificateSource.File(_data.Write("chain.pem", chain), _data.Write("key.pem", key));
        var gate = new TaskCompletionSource();
        _issuer.Before = (_, _) => gate.Task;
        _loop.Apply(TestConfig.Create(DataDirectory, file, "a.example"));
        var fromFile = _table.Find("a.example")!;
        Assert.False(fromFile.IsPlaceholder);

        Apply("a.example");
        Assert.Same(fromFile, _table.Find("a.example"));
        gate.SetResult();
        await Eventually.BecomesTrueAsync(() => _table.Find("a.example") != fromFile);
    }

    [Fact]
    public async Task ALoopThatWasReplacedDoesNotHaveTheLastWord()
    {
        var gate = new TaskCompletionSource();
        _issuer.Before = (_, _) => gate.Task;
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => _issuer.Requests.Count == 1);
        var (chain, key) = TestCa.CreateRoot().Issue("a.example");

        _loop.Apply(TestConfig.Create(DataDirectory, new CertificateSource.File(_data.Write("chain.pem", chain), _data.Write("key.pem", key)), "a.example"));
        var fromFile = _table.Find("a.example");
        // The CA answers although nobody waits any more.
        gate.SetResult();

        await Eventually.BecomesTrueAsync(() => _log.Text.Contains("Obtained the certificate", StringComparison.Ordinal));
        await Eventually.BecomesTrueAsync(() => _table.Find("a.example") == fromFile);
    }

    [Fact]
    public async Task WhatAReplacedLoopObtainsAtLastIsNotOrderedAgain()
    {
        var gate = new TaskCompletionSource();
        _issuer.Before = (_, _) => gate.Task;
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => _issuer.Requests.Count == 1);
        // As the replaced loop may just be writing it.
        await File.WriteAllTextAsync(PathOf("a.example", "fullchain.pem"), "half a", TestContext.Current.CancellationToken);

        _loop.Apply(TestConfig.Create(DataDirectory, IssuedOtherwise, "a.example"));
        gate.SetResult();
        await Eventually.BecomesTrueAsync(
            () => _loop.Statuses.Single().State is CertificateState.Issued state && state.NextAttempt > _time.GetUtcNow(), () => _log.Text);

        Assert.Single(_issuer.Requests);
        Assert.Contains(_table.Find("a.example")!.Leaf.ExportCertificatePem(), ReadFile("a.example", "fullchain.pem"), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(DataDirectory, "*.damaged*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task AnOrderThatAReplacedLoopPlacesAtLastIsCarriedOn()
    {
        var order = new Uri("https://fake.example/order/1");
        var gate = new TaskCompletionSource();
        _issuer.Before = async (issuance, cancellation) =>
        {
            await gate.Task;
            issuance.OrderPlaced(order);
            cancellation.ThrowIfCancellationRequested();
        };
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => _issuer.Requests.Count == 1);
        var key = ReadFile("a.example", "next.key");

        _loop.Apply(TestConfig.Create(DataDirectory, IssuedOtherwise, "a.example"));
        _issuer.Before = (_, _) => Task.CompletedTask;
        gate.SetResult();
        await AllIssuedAsync();

        Assert.Equal(order, _issuer.Requests.Last().PendingOrder);
        Assert.Equal(key, ReadFile("a.example", "privkey.pem"));
    }

    [Fact]
    public async Task NoPlaceholderIsMadeForANameThatHasACertificate()
    {
        Apply("a.example");
        await AllIssuedAsync();
        var served = _table.Find("a.example")!.Leaf.Thumbprint;
        await _loop.StopAsync();

        _issuer.Before = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        // A placeholder's year would not end within what a date can hold, so making one would fail.
        _time.SetUtcNow(DateTimeOffset.MaxValue.AddDays(-100));
        await RestartAsync("a.example");

        Assert.Equal(served, _table.Find("a.example")!.Leaf.Thumbprint);
    }

    [Fact]
    public async Task AnotherDataDirectoryIsAStartFromThere()
    {
        Apply("a.example");
        await AllIssuedAsync();

        _loop.Apply(TestConfig.Create(_data.File("elsewhere"), Issued, "a.example"));
        await Eventually.BecomesTrueAsync(() => File.Exists(_data.File("elsewhere/certificates/a.example/fullchain.pem")));

        Assert.Equal(2, _issuer.Requests.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NoOrderIsPlacedThatCouldNotBeKept(bool full)
    {
        using var disk = SmallDisk.Mount();
        if (full)
            disk.Fill();
        else
            disk.MakeReadOnly();

        _loop.Apply(TestConfig.Create(disk.Path, Issued, "a.example"));
        await Eventually.BecomesTrueAsync(() => _loop.Statuses.Single().State.LastError is not null);

        Assert.Empty(_issuer.Requests);
        Assert.True(_table.Find("a.example")!.IsPlaceholder);
        Assert.Contains("data directory cannot be written", _loop.Statuses.Single().State.LastError, StringComparison.Ordinal);
        if (full)
            disk.Empty();
        else
            disk.MakeWritable();
        await Eventually.BecomesTrueAsync(() => !_table.Find("a.example")!.IsPlaceholder, _time, TimeSpan.FromMinutes(1));
        await _loop.StopAsync();
    }

    [Fact]
    public async Task WhatAReadOnlyDirectoryHoldsIsServed()
    {
        using var disk = SmallDisk.Mount();
        _loop.Apply(TestConfig.Create(disk.Path, Issued, "a.example"));
        await AllIssuedAsync();
        await _loop.StopAsync();
        disk.MakeReadOnly();

        _table = new CertificateTable();
        _loop = CreateLoop();
        _loop.Apply(TestConfig.Create(disk.Path, Issued, "a.example"));

        Assert.False(_table.Find("a.example")!.IsPlaceholder);
        await _loop.StopAsync();
    }

    [Fact]
    public async Task ADiskThatFillsUpDuringAnOrderCostsNoSecondOne()
    {
        using var disk = SmallDisk.Mount();
        var order = new Uri("https://fake.example/order/1");
        _issuer.Before = (issuance, _) =>
        {
            if (issuance.PendingOrder is null)
            {
                issuance.OrderPlaced(order);
                disk.Fill();
            }

            return Task.CompletedTask;
        };

        _loop.Apply(TestConfig.Create(disk.Path, Issued, "a.example"));
        await Eventually.BecomesTrueAsync(() => _loop.Statuses.Single().State.LastError is not null);
        Assert.True(_table.Find("a.example")!.IsPlaceholder);
        disk.Empty();
        await Eventually.BecomesTrueAsync(() => !_table.Find("a.example")!.IsPlaceholder, _time, TimeSpan.FromMinutes(1));

        Assert.Equal(order, _issuer.Requests.Last().PendingOrder);
        await _loop.StopAsync();
    }

    [Fact]
    public async Task StoppedAtAnyMomentItComesBackWithAnOrderOrACertificate()
    {
        var orders = 0;
        var random = new Random(1);
        _issuer.Before = async (issuance, cancellation) =>
        {
            if (issuance.PendingOrder is null)
                issuance.OrderPlaced(new Uri($"https://fake.example/order/{Interlocked.Increment(ref orders)}"));
            await Task.Delay(random.Next(5, 30), cancellation);
        };

        for (var round = 0; round < 20; round++)
        {
            await RestartAsync("a.example");
            Assert.NotNull(_table.Find("a.example"));
            await Task.Delay(random.Next(0, 12), TestContext.Current.CancellationToken);
        }

        await AllIssuedAsync();
        Assert.Equal(1, orders);
        Assert.Empty(Directory.GetFiles(DataDirectory, "*.damaged*", SearchOption.AllDirectories));
    }

    public async ValueTask DisposeAsync()
    {
        await _loop.StopAsync();
        _data.Dispose();
    }

    private string DataDirectory => _data.File("data");

    private string PathOf(string name, string file) => Path.Combine(DataDirectory, "certificates", name, file);

    private string ReadFile(string name, string file) => File.ReadAllText(PathOf(name, file));

    private void Apply(params string[] names) => _loop.Apply(TestConfig.Create(DataDirectory, Issued, names));

    private async Task RestartAsync(params string[] names)
    {
        await _loop.StopAsync();
        _table = new CertificateTable();
        _loop = CreateLoop();
        Apply(names);
    }

    private RenewalLoop CreateLoop() => new(_table, (_, _) => _issuer, _time, new Random(1), _log);

    private Task AllIssuedAsync() => Eventually.BecomesTrueAsync(
        () => _loop.Statuses.All(status => status.State is CertificateState.Issued), () => _log.Text);
}
