using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Tests.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace EdgeProxy.Tests.Certificates.Renewal;

public sealed class RenewalLoopTests : RenewalStage
{
    [Fact]
    public async Task ACertificateThatCannotBeStoredIsNotServed()
    {
        Issuer.Before = (_, _) =>
        {
            // A folder stands where the chain would be written.
            Directory.CreateDirectory(PathOf("a.example", "fullchain.pem/in the way"));
            return Task.CompletedTask;
        };
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => Keeper.Statuses.Single().State.LastError is not null);

        Assert.True(Table.Find("a.example")!.IsPlaceholder);
        Assert.Single(Issuer.Requests);
        Directory.Delete(PathOf("a.example", "fullchain.pem"), recursive: true);
        Issuer.Before = (_, _) => Task.CompletedTask;
        await Eventually.BecomesTrueAsync(() => !Table.Find("a.example")!.IsPlaceholder, Time, TimeSpan.FromMinutes(1));

        Assert.Contains(
            Table.Find("a.example")!.Leaf.ExportCertificatePem(), ReadFile("a.example", "fullchain.pem"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARestartServesWhatIsOnDiskAndAsksForNothing()
    {
        Apply("a.example", "b.example");
        await AllIssuedAsync();
        var (served, due) = (Table.Find("b.example")!.Leaf.Thumbprint, Keeper.Statuses[1].State.NextAttempt);

        await WaitsAsync(2, () => RestartAsync("a.example", "b.example"));
        Assert.Equal(served, Table.Find("b.example")!.Leaf.Thumbprint);
        Assert.Equal(due, Keeper.Statuses[1].State.NextAttempt);

        await WaitsAsync(2, () => Time.Advance(TimeSpan.FromDays(1)));
        Assert.Equal(2, Issuer.Requests.Count);
        await Eventually.BecomesTrueAsync(() => Issuer.Requests.Count == 4, Time, TimeSpan.FromHours(6));
    }

    [Fact]
    public async Task ItIsRenewedInTimeAndTheOldOneIsServedMeanwhile()
    {
        Apply("a.example");
        await AllIssuedAsync();
        var first = Table.Find("a.example")!;
        var due = Keeper.Statuses.Single().State.NextAttempt!.Value;
        Assert.InRange(due, first.NotAfter - TimeSpan.FromDays(32), first.NotAfter - TimeSpan.FromDays(29.9));

        await Eventually.BecomesTrueAsync(() => Issuer.Requests.Count == 2, Time, TimeSpan.FromHours(6));
        Assert.InRange(Time.GetUtcNow(), due, due.AddDays(1));
        await Eventually.BecomesTrueAsync(() => Table.Find("a.example") != first);

        Assert.False(Table.Find("a.example")!.IsPlaceholder);
        Assert.NotEqual(first.Leaf.GetPublicKeyString(), Table.Find("a.example")!.Leaf.GetPublicKeyString());
    }

    [Fact]
    public async Task AClockThatIsAheadDoesNotOrderWithoutEnd()
    {
        var issuer = new FakeIssuer(new FakeTimeProvider(Time.GetUtcNow().AddDays(-100)));
        Keeper = new CertificateKeeper(Table, (_, _) => issuer, Time, new Random(1), Log);

        Apply("a.example");
        await AllIssuedAsync();

        Assert.Equal(Time.GetUtcNow().AddHours(1), Keeper.Statuses.Single().State.NextAttempt);
        await Eventually.BecomesTrueAsync(
            () => Log.Lines.Any(line => line.Level == LogLevel.Warning && line.Message.Contains("clock", StringComparison.Ordinal)));
        Assert.Single(issuer.Requests);
        await Eventually.BecomesTrueAsync(() => issuer.Requests.Count == 2, Time, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task AFailureIsTriedAgainAfter1And10And100MinutesAndThenDaily()
    {
        Issuer.Before = (_, _) => throw new IssuanceException("The CA says no.");
        Apply("a.example");

        var attempts = 0;
        foreach (var minutes in (double[])[1, 10, 100, 1440, 1440])
        {
            attempts++;
            // The loop has tried and begins to wait.
            await Eventually.BecomesTrueAsync(() => Time.Timers == attempts);
            Assert.Equal(attempts, Issuer.Requests.Count);
            var next = Keeper.Statuses.Single().State.NextAttempt!.Value;
            Assert.InRange((next - Time.GetUtcNow()).TotalMinutes, minutes, minutes * 1.1);
            Time.SetUtcNow(next);
        }

        await Eventually.BecomesTrueAsync(() => Issuer.Requests.Count == 6);
    }

    [Fact]
    public async Task ARestartForgetsNeitherTheFailuresNorTheTimeThatTheCaAskedFor()
    {
        var retryAfter = Time.GetUtcNow().AddHours(40);
        Issuer.Before = (_, _) => throw new IssuanceException("Too many certificates.") { RetryAfter = retryAfter };
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => Log.Text.Contains("Too many certificates.", StringComparison.Ordinal));

        await WaitsAsync(1, () => RestartAsync("a.example"));

        Assert.InRange(Keeper.Statuses.Single().State.NextAttempt!.Value, retryAfter, retryAfter.AddHours(4));
        Assert.Equal("Too many certificates.", Keeper.Statuses.Single().State.LastError);
        await WaitsAsync(1, () => Time.Advance(TimeSpan.FromHours(39)));
        Assert.Single(Issuer.Requests);
        Issuer.Before = (_, _) => Task.CompletedTask;
        await Eventually.BecomesTrueAsync(() => !Table.Find("a.example")!.IsPlaceholder, Time, TimeSpan.FromMinutes(10));
        Assert.True(Time.GetUtcNow() >= retryAfter);
    }

    [Fact]
    public async Task AClockThatWasAheadDuringAFailureStopsNothingForLong()
    {
        var now = Time.GetUtcNow();
        var wrong = new FakeTimeProvider(now.AddYears(10));
        Issuer.Before = (_, _) => throw new IssuanceException("The CA says no.");
        Keeper = new CertificateKeeper(Table, (_, _) => Issuer, wrong, new Random(1), Log);
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => File.Exists(PathOf("a.example", "renewal.json")));

        Issuer.Before = (_, _) => Task.CompletedTask;
        await RestartAsync("a.example");

        await AllIssuedAsync();
        Assert.Equal(now, Time.GetUtcNow());
    }

    [Fact]
    public async Task AnUnexpectedExceptionEndsNothing()
    {
        var calls = 0;
        Issuer.Before = (_, _) => ++calls < 3 ? throw new InvalidOperationException("A bug.") : Task.CompletedTask;

        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => !Table.Find("a.example")!.IsPlaceholder, Time, TimeSpan.FromMinutes(1));

        Assert.Equal(2, Log.Lines.Count(line => line is { Level: LogLevel.Error, Exception: InvalidOperationException }));
    }

    [Fact]
    public async Task AnOrderThatACrashInterruptedIsCarriedOnWithTheSameKey()
    {
        var order = new Uri("https://fake.example/order/1");
        Issuer.Before = async (issuance, cancellationToken) =>
        {
            await issuance.OrderPlaced(order);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => File.Exists(PathOf("a.example", "renewal.json")));
        var key = ReadFile("a.example", "next.key");

        Issuer.Before = (_, _) => Task.CompletedTask;
        await RestartAsync("a.example");
        await AllIssuedAsync();

        Assert.Equal(order, Issuer.Requests.Last().PendingOrder);
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
        Issuer.Before = async (issuance, _) =>
        {
            if (Issuer.Requests.Count == 1)
                await issuance.OrderPlaced(order);
            throw new IssuanceException("The order is still processing.") { OrderIsBlameless = isAway };
        };

        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => Issuer.Requests.Count == 4, Time, TimeSpan.FromMinutes(1));

        Assert.Equal([null, order, order, isAway ? order : null], Issuer.Requests.Select(request => request.PendingOrder));
    }

    [Fact]
    public async Task AnOrderWithAKeyOfAnotherTypeIsGivenUp()
    {
        Issuer.Before = async (issuance, cancellationToken) =>
        {
            await issuance.OrderPlaced(new Uri("https://fake.example/order/1"));
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => File.Exists(PathOf("a.example", "renewal.json")));

        Issuer.Before = (_, _) => Task.CompletedTask;
        Issuer.KeyType = CertificateKeyType.P384;
        await RestartAsync("a.example");
        await AllIssuedAsync();

        Assert.Null(Issuer.Requests.Last().PendingOrder);
        Assert.Equal(384, Issuer.Requests.Last().Key.KeySize);
    }

    [Fact]
    public async Task AnotherCaReplacesTheCertificateWhichIsServedMeanwhile()
    {
        Apply("a.example");
        await AllIssuedAsync();
        var first = Table.Find("a.example")!;

        var gate = new TaskCompletionSource();
        Issuer.Authority = "https://production.example/dir";
        Issuer.Before = (_, _) => gate.Task;
        await RestartAsync("a.example");
        Assert.Equal(first.Leaf.Thumbprint, Table.Find("a.example")!.Leaf.Thumbprint);
        gate.SetResult();

        await Eventually.BecomesTrueAsync(() => Table.Find("a.example")!.Leaf.Thumbprint != first.Leaf.Thumbprint);
        await Eventually.BecomesTrueAsync(
            () => ReadFile("a.example", "renewal.json").Contains("\"issuedBy\": \"https://production", StringComparison.Ordinal));
        await RestartAsync("a.example");
        Assert.Equal(2, Issuer.Requests.Count);
    }

    [Fact]
    public async Task AnExpiredCertificateOnDiskIsServedUntilTheNewOneIsThere()
    {
        Apply("a.example");
        await AllIssuedAsync();
        var first = Table.Find("a.example")!.Leaf.Thumbprint;
        await Keeper.StopAsync();

        var gate = new TaskCompletionSource();
        Issuer.Before = (_, _) => gate.Task;
        Time.Advance(TimeSpan.FromDays(100));
        await RestartAsync("a.example");

        Assert.Equal(first, Table.Find("a.example")!.Leaf.Thumbprint);
        gate.SetResult();
        await Eventually.BecomesTrueAsync(() => Table.Find("a.example")!.NotAfter > Time.GetUtcNow());
    }

    [Fact]
    public async Task NoPlaceholderIsMadeForANameThatHasACertificate()
    {
        Apply("a.example");
        await AllIssuedAsync();
        var served = Table.Find("a.example")!.Leaf.Thumbprint;
        await Keeper.StopAsync();

        Issuer.Before = (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
        // A placeholder's year would not end within what a date can hold, so making one would fail.
        Time.SetUtcNow(DateTimeOffset.MaxValue.AddDays(-100));
        await RestartAsync("a.example");

        Assert.Equal(served, Table.Find("a.example")!.Leaf.Thumbprint);
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

        Keeper.Apply(TestConfig.Create(disk.Path, Issued, "a.example"));
        await Eventually.BecomesTrueAsync(() => Keeper.Statuses.Single().State.LastError is not null);

        Assert.Empty(Issuer.Requests);
        Assert.True(Table.Find("a.example")!.IsPlaceholder);
        Assert.Contains("data directory cannot be written", Keeper.Statuses.Single().State.LastError, StringComparison.Ordinal);
        if (full)
            disk.Empty();
        else
            disk.MakeWritable();
        await Eventually.BecomesTrueAsync(() => !Table.Find("a.example")!.IsPlaceholder, Time, TimeSpan.FromMinutes(1));
        await Keeper.StopAsync();
    }

    [Fact]
    public async Task WhatAReadOnlyDirectoryHoldsIsServed()
    {
        using var disk = SmallDisk.Mount();
        Keeper.Apply(TestConfig.Create(disk.Path, Issued, "a.example"));
        await AllIssuedAsync();
        await Keeper.StopAsync();
        disk.MakeReadOnly();

        Table = new CertificateTable();
        Keeper = CreateKeeper();
        Keeper.Apply(TestConfig.Create(disk.Path, Issued, "a.example"));

        Assert.False(Table.Find("a.example")!.IsPlaceholder);
        await Keeper.StopAsync();
    }

    [Fact]
    public async Task ADiskThatFillsUpDuringAnOrderCostsNoSecondOne()
    {
        using var disk = SmallDisk.Mount();
        var order = new Uri("https://fake.example/order/1");
        Issuer.Before = async (issuance, _) =>
        {
            if (issuance.PendingOrder is null)
            {
                await issuance.OrderPlaced(order);
                disk.Fill();
            }
        };

        Keeper.Apply(TestConfig.Create(disk.Path, Issued, "a.example"));
        await Eventually.BecomesTrueAsync(() => Keeper.Statuses.Single().State.LastError is not null);
        Assert.True(Table.Find("a.example")!.IsPlaceholder);
        disk.Empty();
        await Eventually.BecomesTrueAsync(() => !Table.Find("a.example")!.IsPlaceholder, Time, TimeSpan.FromMinutes(1));

        Assert.Equal(order, Issuer.Requests.Last().PendingOrder);
        await Keeper.StopAsync();
    }

    [Fact]
    public async Task TwoProcessesOrderEachNameOnceAndServeTheSame()
    {
        Issuer.Before = (_, cancellationToken) => Task.Delay(30, cancellationToken);
        string[] names = [.. Enumerable.Range(0, 6).Select(number => $"n{number}.example")];
        await using var other = new OtherProcess(this);

        Apply(names);
        other.Keeper.Apply(TestConfig.Create(DataDirectory, Issued, names));
        await AllIssuedAsync();
        await Eventually.BecomesTrueAsync(() => names.All(name => !other.Table.Find(name)!.IsPlaceholder), () => Log.Text);

        Assert.Equal(names, Issuer.Requests.Select(request => request.Name).Order(StringComparer.Ordinal));
        Assert.All(names, name => Assert.Equal(Table.Find(name)!.Leaf.Thumbprint, other.Table.Find(name)!.Leaf.Thumbprint));
        Assert.Empty(Directory.GetFiles(DataDirectory, "*.damaged*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task ARenewalByAnotherProcessIsTakenOver()
    {
        Apply("a.example");
        await AllIssuedAsync();
        await using var other = new OtherProcess(this);
        other.Keeper.Apply(TestConfig.Create(DataDirectory, Issued, "a.example"));
        var first = Table.Find("a.example")!.Leaf.Thumbprint;
        Assert.Equal(first, other.Table.Find("a.example")!.Leaf.Thumbprint);

        await Eventually.BecomesTrueAsync(() => Issuer.Requests.Count == 2, Time, TimeSpan.FromHours(12));
        await Eventually.BecomesTrueAsync(
            () => Table.Find("a.example")!.Leaf.Thumbprint != first && other.Table.Find("a.example")!.Leaf.Thumbprint != first,
            () => Log.Text);

        Assert.Equal(2, Issuer.Requests.Count);
        Assert.Equal(Table.Find("a.example")!.Leaf.Thumbprint, other.Table.Find("a.example")!.Leaf.Thumbprint);
    }

    [Fact]
    public async Task WhatACaToldOneProcessTheOtherHeedsToo()
    {
        var gate = new TaskCompletionSource();
        Issuer.Before = async (_, _) =>
        {
            await gate.Task;
            throw new IssuanceException("Too many certificates.") { RetryAfter = Time.GetUtcNow().AddHours(40) };
        };
        await using var other = new OtherProcess(this);
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => Issuer.Requests.Count == 1);

        other.Keeper.Apply(TestConfig.Create(DataDirectory, Issued, "a.example"));
        gate.SetResult();
        await Eventually.BecomesTrueAsync(() => other.Keeper.Statuses.Single().State.LastError is not null);

        Assert.Equal(Keeper.Statuses.Single().State.NextAttempt, other.Keeper.Statuses.Single().State.NextAttempt);
        Assert.Single(Issuer.Requests);
    }

    [Fact]
    public async Task ANameWhoseStoredStateHasFailuresSaysSoWhenItTakesItsTurn()
    {
        Issuer.Before = (_, _) => throw new IssuanceException("No.");
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => File.Exists(PathOf("a.example", "renewal.json")));

        await RestartAsync("a.example");
        await Eventually.BecomesTrueAsync(() => Issuer.Turns.Count == 2, Time, TimeSpan.FromMinutes(1));

        Assert.Equal([("a.example", false), ("a.example", true)], Issuer.Turns);
    }

    [Fact]
    public async Task StoppedAtAnyMomentItComesBackWithAnOrderOrACertificate()
    {
        var orders = 0;
        var random = new Random(1);
        Issuer.Before = async (issuance, cancellationToken) =>
        {
            if (issuance.PendingOrder is null)
                await issuance.OrderPlaced(new Uri($"https://fake.example/order/{Interlocked.Increment(ref orders)}"));
            await Task.Delay(random.Next(5, 30), cancellationToken);
        };

        for (var round = 0; round < 20; round++)
        {
            await RestartAsync("a.example");
            Assert.NotNull(Table.Find("a.example"));
            await Task.Delay(random.Next(0, 12), TestContext.Current.CancellationToken);
        }

        await AllIssuedAsync();
        Assert.Equal(1, orders);
        Assert.Empty(Directory.GetFiles(DataDirectory, "*.damaged*", SearchOption.AllDirectories));
    }

    private Task WaitsAsync(int loops, Action action) => WaitsAsync(loops, () =>
    {
        action();
        return Task.CompletedTask;
    });

    /// <summary>Does something, and returns when that many loops have looked at what is to be done and wait again.</summary>
    private async Task WaitsAsync(int loops, Func<Task> action)
    {
        var timers = Time.Timers;
        await action();
        await Eventually.BecomesTrueAsync(() => Time.Timers >= timers + loops, () => Log.Text);
    }
}
