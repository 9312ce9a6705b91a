using EdgeProxy.Storage;
using EdgeProxy.Tests.Certificates;
using Microsoft.Extensions.Time.Testing;

namespace EdgeProxy.Tests.Storage;

/// <summary>Who holds a lease, among real processes and under a clock that only the test moves.</summary>
public sealed class LeaseFileTests : IDisposable
{
    private const string FolderVariable = "EDGEPROXY_TEST_LEASES";

    private readonly TestFolder _data = new();
    private readonly TestLog _log = new();
    private readonly RunningTime _time = new();

    [Fact]
    public async Task OneHoldsItAndTheNextGetsItAfterwards()
    {
        var first = await AcquireAsync();
        var second = AcquireAsync();
        await Eventually.BecomesTrueAsync(() => _time.Waits > 0);
        Assert.False(second.IsCompleted);
        await first.EnsureHeldAsync(Token);

        await first.DisposeAsync();

        await BecomesDoneAsync(second);
        await (await second).EnsureHeldAsync(Token);
        await (await second).DisposeAsync();
        Assert.Empty(Directory.GetFileSystemEntries(_data.File("a")));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task OneThatIsInUseIsNotTakenOverHoweverLongThatTakes()
    {
        await using var held = await AcquireAsync();
        var waiting = AcquireAsync();

        for (var sign = 0; sign < 36; sign++)
        {
            var before = Content();
            for (var second = 0; second < 5; second++)
                _time.Advance(TimeSpan.FromSeconds(1));
            await Eventually.BecomesTrueAsync(() => !Content().SequenceEqual(before));
        }

        await held.EnsureHeldAsync(Token);
        Assert.False(waiting.IsCompleted);
    }

    [Theory]
    [InlineData("elsewhere")]
    [InlineData(null)]
    public async Task OneWhoseHolderCannotBeSeenFromHereIsTakenOverAfterASilence(string? space)
    {
        Lay(new ProcessIdentity("other", 1, space, 1));
        var start = _time.GetTimestamp();

        var waiting = AcquireAsync();
        await BecomesDoneAsync(waiting);

        Assert.InRange(_time.GetElapsedTime(start), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5));
        Assert.Contains("from process 1 on other, which has given no sign of life for 30 seconds", _log.Text, StringComparison.Ordinal);
        await (await waiting).DisposeAsync();
    }

    [Fact]
    public async Task ALinkThatLeadsNowhereIsSaidAfterAWhile()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A link needs a privilege on Windows.");
        Directory.CreateDirectory(_data.File("a"));
        File.CreateSymbolicLink(_data.File("a/lease.json"), _data.File("none"));

        var waiting = AcquireAsync();
        await Eventually.BecomesTrueAsync(() => waiting.IsCompleted, _time, TimeSpan.FromMilliseconds(200));

        var failure = await Assert.ThrowsAsync<IOException>(() => waiting);
        Assert.Contains("can neither be created nor read", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ half")]
    [InlineData("null")]
    public async Task OneThatWasNeverWrittenToItsEndIsTakenOverAfterASilence(string content)
    {
        Directory.CreateDirectory(_data.File("a"));
        _data.Write("a/lease.json", content);

        await BecomesDoneAsync(AcquireAsync());
        Assert.Contains("from a process that it does not name, which", _log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfManyWhoTakeOverAtATimeOneHasIt()
    {
        Lay(new ProcessIdentity("other", 1, "elsewhere", 1));
        var inside = 0;
        var most = 0;

        await BecomesDoneAsync(Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var lease = await AcquireAsync();
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Delay(TimeSpan.FromSeconds(3), _time, Token);
            await lease.EnsureHeldAsync(Token);
            Interlocked.Decrement(ref inside);
        })));

        Assert.Equal(1, most);
    }

    [Fact]
    public async Task OneThatSomebodyElseHasTakenIsNotHeldAndNotTouchedAnyMore()
    {
        var lost = await AcquireAsync();
        var other = Lay(new ProcessIdentity("other", 1, "elsewhere", 1));

        var refusal = await Assert.ThrowsAsync<DataDirectoryException>(() => lost.EnsureHeldAsync(Token));
        _time.Advance(TimeSpan.FromSeconds(5));
        await lost.DisposeAsync();

        Assert.Contains("Another process has taken over", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(other, await File.ReadAllBytesAsync(_data.File("a/lease.json"), Token));
    }

    [Fact]
    public async Task WhoStopsWaitingLeavesNothingBehind()
    {
        Lay(new ProcessIdentity("other", 1, "elsewhere", 1));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var waiting = new LeaseFile(_data.File("a/lease.json"), _time, _log.For<LeaseFile>()).AcquireAsync(ending.Token);
        // It has replaced the other's lease by its own and waits to see whether anybody does the same.
        await Eventually.BecomesTrueAsync(
            () => File.ReadAllText(_data.File("a/lease.json")).Contains(Environment.MachineName, StringComparison.Ordinal),
            _time, TimeSpan.FromMilliseconds(100));

        await ending.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Empty(Directory.GetFiles(_data.File("a")));
    }

    [Fact]
    public async Task ProcessesTakeTurns()
    {
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RunChildAsync(nameof(TakesTurns))));

        Assert.Equal("30", await File.ReadAllTextAsync(_data.File("count"), Token));
    }

    /// <summary>What each process does in the test above; alone it is none.</summary>
    [Fact]
    public async Task TakesTurns()
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable) ?? _data.Path;
        var directory = TestStores.Directory(folder);
        for (var round = 0; round < 10; round++)
        {
            await using (await directory.AcquireAsync("a", Token))
            {
                var inside = Path.Combine(folder, "inside");
                await using (new FileStream(inside, FileMode.CreateNew))
                {
                    var path = Path.Combine(folder, "count");
                    var count = File.Exists(path) ? int.Parse(await File.ReadAllTextAsync(path, Token), null) : 0;
                    await Task.Delay(20, Token);
                    await File.WriteAllTextAsync(path, (count + 1).ToString((IFormatProvider?)null), Token);
                }

                File.Delete(inside);
            }

            await Task.Delay(20, Token);
        }
    }

    [Fact]
    public async Task OneWhoseProcessWasKilledIsTakenOverAtOnce()
    {
        await using var holder = StartChild(nameof(Holds));
        await Eventually.BecomesTrueAsync(() => File.Exists(_data.File("held")));
        var waiting = AcquireAsync();
        await Eventually.BecomesTrueAsync(() => _time.Waits > 0);
        Assert.False(waiting.IsCompleted);

        holder.Signal("KILL");
        await holder.WaitForExitAsync(Token);

        await BecomesDoneAsync(waiting);
        Assert.Contains("which has ended", _log.Text, StringComparison.Ordinal);
        await (await waiting).DisposeAsync();
    }

    [Fact]
    public async Task AProcessThatWasHaltedFindsOutThatItLostIt()
    {
        await using var holder = StartChild(nameof(Holds));
        await Eventually.BecomesTrueAsync(() => File.Exists(_data.File("held")));
        holder.Signal("STOP");

        var waiting = AcquireAsync();
        await BecomesDoneAsync(waiting);
        Assert.Contains("no sign of life", _log.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(_data.File("lost")));
        holder.Signal("CONT");

        await Eventually.BecomesTrueAsync(() => File.Exists(_data.File("lost")));
        await (await waiting).EnsureHeldAsync(Token);
        await holder.WaitForExitAsync(Token);
        await (await waiting).DisposeAsync();
    }

    /// <summary>What the other process does in the tests above; alone it is none.</summary>
    [Fact]
    public async Task Holds()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is not { } folder)
            return;
        await using var lease = await TestStores.Directory(folder).AcquireAsync("a", Token);
        await File.WriteAllTextAsync(Path.Combine(folder, "held"), "", Token);
        try
        {
            while (true)
            {
                await lease.EnsureHeldAsync(Token);
                await Task.Delay(10, Token);
            }
        }
        catch (DataDirectoryException)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "lost"), "", Token);
        }
    }

    public void Dispose() => _data.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Task<ILease> AcquireAsync() => new LeaseFile(_data.File("a/lease.json"), _time, _log.For<LeaseFile>()).AcquireAsync(Token);

    private byte[] Lay(ProcessIdentity holder)
    {
        Directory.CreateDirectory(_data.File("a"));
        // Another process replaces the file whole, too.
        AtomicFile.Write(_data.File("a/lease.json"), (LeaseRecord.Create() with { Holder = holder }).ToBytes(), secret: true);
        return File.ReadAllBytes(_data.File("a/lease.json"));
    }

    private byte[] Content() => File.ReadAllBytes(_data.File("a/lease.json"));

    private Task BecomesDoneAsync(Task task) =>
        Eventually.BecomesTrueAsync(() => task.IsCompletedSuccessfully, _time, TimeSpan.FromMilliseconds(200));

    private Task RunChildAsync(string method) =>
        ChildTest.RunAsync(typeof(LeaseFileTests), method, new() { [FolderVariable] = _data.Path });

    private ChildProcess StartChild(string method) =>
        ChildTest.Start(typeof(LeaseFileTests), method, new() { [FolderVariable] = _data.Path });

    /// <summary>A clock of which nobody may ask the date: leases must not depend on it.</summary>
    private sealed class RunningTime : FakeTimeProvider
    {
        private int _waits;

        public int Waits => Volatile.Read(ref _waits);

        public override DateTimeOffset GetUtcNow() => throw new InvalidOperationException("Dates differ between machines, and jump.");

        public override long GetTimestamp() => base.GetUtcNow().UtcTicks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == TimeSpan.FromSeconds(1))
                Interlocked.Increment(ref _waits);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
