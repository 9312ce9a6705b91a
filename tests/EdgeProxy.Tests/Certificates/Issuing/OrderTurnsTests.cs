using EdgeProxy.Certificates.Issuing;

namespace EdgeProxy.Tests.Certificates.Issuing;

public sealed class OrderTurnsTests
{
    private readonly OrderTurns _turns = new();

    [Fact]
    public async Task TenOrderAtATime()
    {
        var first = await TakeAsync(10, "new", hasFailed: false);

        var next = TakeAsync("eleventh.example", hasFailed: false);
        Assert.False(next.IsCompleted);
        first[3].Dispose();
        first[3].Dispose();

        await next;
        Assert.False(TakeAsync("twelfth.example", hasFailed: false).IsCompleted);
    }

    [Fact]
    public async Task NamesThatFailedBeforeARestartHoldUpNoNewOne()
    {
        await TakeAsync(10, "hangs", hasFailed: true);

        Assert.False(TakeAsync("another.example", hasFailed: true).IsCompleted);
        await TakeAsync("new.example", hasFailed: false);
    }

    [Fact]
    public async Task ANameThatWaitedInVainOnlyBecauseTheCaWasAwayStaysAmongTheNew()
    {
        (await TakeAsync("a.example", hasFailed: false)).Dispose();
        await TakeAsync(10, "hangs", hasFailed: true);

        // It has failed without an order, so it still counts as new and need not wait.
        await TakeAsync("a.example", hasFailed: true);
    }

    [Fact]
    public async Task ANameGoesBackAmongTheNewWithACertificate()
    {
        _turns.Begin("a.example");
        await TakeAsync(10, "hangs", hasFailed: true);
        var waiting = TakeAsync("a.example", hasFailed: false);
        Assert.False(waiting.IsCompleted);

        _turns.Finish("a.example");

        await TakeAsync("a.example", hasFailed: false);
    }

    private Task<IDisposable> TakeAsync(string name, bool hasFailed) =>
        _turns.TakeAsync(name, hasFailed, TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

    private async Task<IReadOnlyList<IDisposable>> TakeAsync(int count, string name, bool hasFailed)
    {
        var turns = new List<IDisposable>();
        for (var number = 0; number < count; number++)
            turns.Add(await TakeAsync($"{name}{number}.example", hasFailed));
        return turns;
    }
}
