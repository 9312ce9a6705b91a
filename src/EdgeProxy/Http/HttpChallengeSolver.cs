using EdgeProxy.Acme;

namespace EdgeProxy.Http;

/// <summary>Solves http-01 by putting the key authorization where <see cref="ChallengeMiddleware"/> answers from.</summary>
/// <param name="listening">Completes when the listeners are open: the CA must not look before.</param>
internal sealed class HttpChallengeSolver(ChallengeTable challenges, Task listening) : IChallengeSolver
{
    public string ChallengeType => Http01.ChallengeType;

    public ValueTask PresentAsync(AcmeChallengeContext context, CancellationToken cancellationToken)
    {
        challenges.Add(context.Token, context.KeyAuthorization.ToHttp01Body());
        return new(listening.WaitAsync(cancellationToken));
    }

    public ValueTask CleanUpAsync(AcmeChallengeContext context, CancellationToken cancellationToken)
    {
        challenges.Remove(context.Token);
        return ValueTask.CompletedTask;
    }
}
