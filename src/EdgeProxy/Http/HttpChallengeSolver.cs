using EdgeProxy.Acme;

namespace EdgeProxy.Http;

/// <summary>Solves http-01 by putting the key authorization where <see cref="ChallengeMiddleware"/> answers from.</summary>
internal sealed class HttpChallengeSolver(ChallengeTable challenges) : IChallengeSolver
{
    public string ChallengeType => "http-01";

    public ValueTask PresentAsync(AcmeChallengeContext context, CancellationToken cancellationToken)
    {
        challenges.Add(context.Token, context.KeyAuthorization);
        return ValueTask.CompletedTask;
    }

    public ValueTask CleanUpAsync(AcmeChallengeContext context, CancellationToken cancellationToken)
    {
        challenges.Remove(context.Token);
        return ValueTask.CompletedTask;
    }
}
