using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Tests.Certificates.Renewal;

public sealed class CertificateKeeperTests : RenewalStage
{
    [Fact]
    public async Task EveryNameIsServedWhenApplyReturns()
    {
        Issuer.Before = (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

        Apply("a.example", "b.example", "10.0.0.1", "*.c.example");

        foreach (var name in (string[])["a.example", "b.example", "10.0.0.1", "x.c.example"])
        {
            Assert.True(Table.Find(name)!.IsPlaceholder);
            Assert.True(Table.Find(name)!.Covers(name));
        }

        Assert.Same(Table.Find("a.example"), Table.Default);
        await Keeper.StopAsync();
    }

    [Fact]
    public async Task ANameThatHangsOrFailsHoldsUpNoOther()
    {
        Issuer.Before = (issuance, cancellationToken) => issuance.Name switch
        {
            "hangs.example" => Task.Delay(Timeout.Infinite, cancellationToken),
            "fails.example" => throw new IssuanceException("No."),
            "crashes.example" => throw new InvalidOperationException("A bug."),
            _ => Task.CompletedTask,
        };

        Apply("hangs.example", "fails.example", "crashes.example", "good.example");

        await Eventually.BecomesTrueAsync(() => !Table.Find("good.example")!.IsPlaceholder);
        Assert.True(Table.Find("hangs.example")!.IsPlaceholder);
    }

    [Fact]
    public async Task AChangedConfigurationTouchesOnlyTheNamesThatChanged()
    {
        Apply("a.example", "b.example");
        await AllIssuedAsync();
        var kept = Table.Find("b.example");

        Apply("c.example", "b.example");
        await AllIssuedAsync();

        Assert.Same(kept, Table.Find("b.example"));
        Assert.Null(Table.Find("a.example"));
        Assert.Same(Table.Find("c.example"), Table.Default);
        Assert.Equal(["c.example", "b.example"], Keeper.Statuses.Select(status => status.Name));
        Assert.Equal(3, Issuer.Requests.Count);
    }

    [Fact]
    public async Task ARemovedNameIsNoLongerAskedFor()
    {
        var cancelled = new TaskCompletionSource();
        Issuer.Before = async (_, cancellationToken) =>
        {
            using var registration = cancellationToken.Register(() => cancelled.TrySetResult());
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        Apply("a.example", "b.example");
        await Eventually.BecomesTrueAsync(() => Issuer.Requests.Count == 2);

        Issuer.Before = (_, _) => Task.CompletedTask;
        Apply("b.example");

        await cancelled.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task ANameThatIsRemovedAndComesBackWaitsForItsOldLoop()
    {
        var gate = new TaskCompletionSource();
        Issuer.Before = (issuance, _) => issuance.Name == "a.example" ? gate.Task : Task.CompletedTask;
        Apply("a.example", "b.example");
        await Eventually.BecomesTrueAsync(() => Issuer.Requests.Count == 2);

        Apply("b.example");
        Apply("a.example", "b.example");
        gate.SetResult();
        await Eventually.BecomesTrueAsync(
            () => Keeper.Statuses[0].State is CertificateState.Issued state && state.NextAttempt > Time.GetUtcNow(), () => Log.Text);

        Assert.Single(Issuer.Requests, request => request.Name == "a.example");
    }

    [Fact]
    public async Task AfterTheStopNothingIsStartedAnyMore()
    {
        await Keeper.StopAsync();

        Apply("a.example");

        Assert.Empty(Keeper.Statuses);
        Assert.Null(Table.Find("a.example"));
        Assert.Empty(Issuer.Requests);
    }

    [Fact]
    public async Task WhateverIsAppliedWhileItStopsEndsToo()
    {
        string[] names = [.. Enumerable.Range(0, 50).Select(number => $"n{number}.example")];
        var running = 0;
        Issuer.Before = async (_, cancellationToken) =>
        {
            Interlocked.Increment(ref running);
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        };

        for (var round = 0; round < 20; round++)
        {
            var applying = Task.Run(() => Array.ForEach(names, name => Apply(name)), TestContext.Current.CancellationToken);
            await Eventually.BecomesTrueAsync(() => running > 0);
            await Keeper.StopAsync();
            Assert.Equal(0, running);
            await applying;
            Assert.Equal(0, running);
            Keeper = CreateKeeper();
        }
    }

    [Fact]
    public async Task NamesWithOnePairShareOneCertificate()
    {
        var source = FilesWith(TestCa.CreateRoot().Issue("*.example"));
        Keeper.Apply(TestConfig.Create(DataDirectory, source, "a.example", "b.example", "c.example"));

        var served = Table.Find("a.example")!;
        Assert.Same(served, Table.Find("b.example"));
        Assert.Same(served, Table.Find("c.example"));
        Assert.Single(Log.Lines, line =>
            line.Message.StartsWith("Serving a.example, b.example, c.example with the certificate in ", StringComparison.Ordinal));

        // One name is added and one is taken out: the other loops must not change.
        Keeper.Apply(TestConfig.Create(DataDirectory, source, "d.example", "b.example", "c.example"));
        Assert.Null(Table.Find("a.example"));
        Assert.All((string[])["b.example", "c.example", "d.example"], name => Assert.Same(served, Table.Find(name)));
        var next = FilesWith(TestCa.CreateRoot().Issue("*.example"));
        await Eventually.BecomesTrueAsync(() => Table.Find("d.example") != served, Time, TimeSpan.FromSeconds(1));

        Assert.Equal(source, next);
        Assert.Same(Table.Find("b.example"), Table.Find("d.example"));
    }

    [Fact]
    public async Task ANameThatAPairIsNotForKeepsWhatItHas()
    {
        Apply("a.example", "b.example");
        await AllIssuedAsync();
        var (a, b) = (Table.Find("a.example"), Table.Find("b.example"));

        Keeper.Apply(TestConfig.Create(DataDirectory, FilesWith(TestCa.CreateRoot().Issue("a.example")), "a.example", "b.example"));
        await Eventually.BecomesTrueAsync(() => Table.Find("a.example") != a, () => Log.Text);

        Assert.Same(b, Table.Find("b.example"));
        Assert.Null(Keeper.Statuses[0].State.LastError);
        Assert.Contains("is not for b.example", Keeper.Statuses[1].State.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public void ThousandsOfNewNamesCostNeitherKeysNorPlaceholders()
    {
        // A placeholder's year would not end within what a date can hold, so making one fails.
        Time.SetUtcNow(DateTimeOffset.MaxValue.AddDays(-100));
        Issuer.Before = (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

        Apply([.. Enumerable.Range(0, 2000).Select(number => $"n{number}.example")]);

        Assert.Equal(2000, Table.Cells.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => Table.Find("n1999.example"));
    }

    [Fact]
    public async Task StoppingWaitsForRemovedNamesToo()
    {
        var gate = new TaskCompletionSource();
        Issuer.Before = (_, _) => gate.Task;
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => Issuer.Requests.Count == 1);
        Apply();

        var stopping = Keeper.StopAsync();

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
        await Keeper.StopAsync();
        Time.Advance(TimeSpan.FromDays(100));
        var pair = TestCa.CreateRoot().Issue("a.example", TimeSpan.FromDays(365));
        Table = new CertificateTable();
        Keeper = CreateKeeper();
        Keeper.Apply(TestConfig.Create(DataDirectory, FilesWith(pair), "a.example"));
        var fromFile = Table.Find("a.example");

        var gate = new TaskCompletionSource();
        Issuer.Before = (_, _) => gate.Task;
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => Issuer.Requests.Count == 2);

        Assert.Same(fromFile, Table.Find("a.example"));
        gate.SetResult();
        await Eventually.BecomesTrueAsync(() => Table.Find("a.example") != fromFile);
    }

    [Fact]
    public async Task ANameWithANewSourceKeepsWhatItHasUntilThatDelivers()
    {
        var pair = TestCa.CreateRoot().Issue("a.example");
        var file = FilesWith(pair);
        var gate = new TaskCompletionSource();
        Issuer.Before = (_, _) => gate.Task;
        Keeper.Apply(TestConfig.Create(DataDirectory, file, "a.example"));
        var fromFile = Table.Find("a.example")!;
        Assert.False(fromFile.IsPlaceholder);

        Apply("a.example");
        Assert.Same(fromFile, Table.Find("a.example"));
        gate.SetResult();
        await Eventually.BecomesTrueAsync(() => Table.Find("a.example") != fromFile);
    }

    [Fact]
    public async Task ALoopThatWasReplacedDoesNotHaveTheLastWord()
    {
        var gate = new TaskCompletionSource();
        Issuer.Before = (_, _) => gate.Task;
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => Issuer.Requests.Count == 1);
        var pair = TestCa.CreateRoot().Issue("a.example");

        Keeper.Apply(TestConfig.Create(DataDirectory, FilesWith(pair), "a.example"));
        var fromFile = Table.Find("a.example");
        // The CA answers although nobody waits any more.
        gate.SetResult();

        await Eventually.BecomesTrueAsync(() => Log.Text.Contains("Obtained the certificate", StringComparison.Ordinal));
        await Eventually.BecomesTrueAsync(() => Table.Find("a.example") == fromFile);
    }

    [Fact]
    public async Task WhatAReplacedLoopObtainsAtLastIsNotOrderedAgain()
    {
        var gate = new TaskCompletionSource();
        Issuer.Before = (_, _) => gate.Task;
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => Issuer.Requests.Count == 1);
        // The replaced loop may be in the middle of writing this file.
        await File.WriteAllTextAsync(PathOf("a.example", "fullchain.pem"), "half a", TestContext.Current.CancellationToken);

        Keeper.Apply(TestConfig.Create(DataDirectory, IssuedOtherwise, "a.example"));
        gate.SetResult();
        await Eventually.BecomesTrueAsync(
            () => Keeper.Statuses.Single().State is CertificateState.Issued state && state.NextAttempt > Time.GetUtcNow(), () => Log.Text);

        Assert.Single(Issuer.Requests);
        Assert.Contains(
            Table.Find("a.example")!.Leaf.ExportCertificatePem(), ReadFile("a.example", "fullchain.pem"), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(DataDirectory, "*.damaged*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task AnOrderThatAReplacedLoopPlacesAtLastIsCarriedOn()
    {
        var order = new Uri("https://fake.example/order/1");
        var gate = new TaskCompletionSource();
        Issuer.Before = async (issuance, cancellationToken) =>
        {
            await gate.Task;
            await issuance.OrderPlaced(order);
            cancellationToken.ThrowIfCancellationRequested();
        };
        Apply("a.example");
        await Eventually.BecomesTrueAsync(() => Issuer.Requests.Count == 1);
        var key = ReadFile("a.example", "next.key");

        Keeper.Apply(TestConfig.Create(DataDirectory, IssuedOtherwise, "a.example"));
        Issuer.Before = (_, _) => Task.CompletedTask;
        gate.SetResult();
        await AllIssuedAsync();

        Assert.Equal(order, Issuer.Requests.Last().PendingOrder);
        Assert.Equal(key, ReadFile("a.example", "privkey.pem"));
    }

    [Fact]
    public async Task AnotherDataDirectoryIsAStartFromThere()
    {
        Apply("a.example");
        await AllIssuedAsync();

        Keeper.Apply(TestConfig.Create(Folder.File("elsewhere"), Issued, "a.example"));
        await Eventually.BecomesTrueAsync(() => File.Exists(Folder.File("elsewhere/certificates/a.example/fullchain.pem")));

        Assert.Equal(2, Issuer.Requests.Count);
    }
}
