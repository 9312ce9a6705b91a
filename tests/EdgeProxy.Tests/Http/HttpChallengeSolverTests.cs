using EdgeProxy.Acme;
using EdgeProxy.Http;

namespace EdgeProxy.Tests.Http;

public sealed class HttpChallengeSolverTests
{
    private static readonly AcmeChallengeContext Challenge = new(
        AcmeIdentifier.Dns("example.org"), "token", KeyAuthorization.For("token", AcmeAccountKey.Generate()));

    [Fact]
    public async Task PutsATokenInAndTakesItAway()
    {
        var table = new ChallengeTable();
        var solver = new HttpChallengeSolver(table, Task.CompletedTask);
        Assert.Equal("http-01", solver.ChallengeType);

        await solver.PresentAsync(Challenge, TestContext.Current.CancellationToken);
        Assert.Equal(Challenge.KeyAuthorization.ToHttp01Body(), table.Find("token"));
        await solver.CleanUpAsync(Challenge, TestContext.Current.CancellationToken);
        await solver.CleanUpAsync(Challenge, TestContext.Current.CancellationToken);
        Assert.Null(table.Find("token"));
    }

    [Fact]
    public async Task IsNotReadyBeforeTheListenersAreOpen()
    {
        var listening = new TaskCompletionSource();
        var presenting = new HttpChallengeSolver(new ChallengeTable(), listening.Task)
            .PresentAsync(Challenge, TestContext.Current.CancellationToken).AsTask();
        Assert.False(presenting.IsCompleted);
        listening.SetResult();
        await presenting;
    }
}
