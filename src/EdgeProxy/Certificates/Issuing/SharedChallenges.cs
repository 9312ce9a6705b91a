using EdgeProxy.Acme;
using EdgeProxy.Certificates.Stored;

namespace EdgeProxy.Certificates.Issuing;

/// <summary>Stores the http-01 challenges that are solved here, so that every process on the data directory can answer them.</summary>
internal sealed class SharedChallenges(ChallengeStore store, Func<AcmeIdentifier, IChallengeSolver> chooseSolver)
{
    public IChallengeSolver SolverFor(AcmeIdentifier name)
    {
        var solver = chooseSolver(name);
        return solver.ChallengeType == Http01.ChallengeType ? new Solver(store, solver) : solver;
    }

    private sealed class Solver(ChallengeStore store, IChallengeSolver inner) : IChallengeSolver
    {
        public string ChallengeType => inner.ChallengeType;

        public async ValueTask PresentAsync(AcmeChallengeContext context, CancellationToken cancellationToken)
        {
            await store.AddAsync(context.Token, context.KeyAuthorization.ToHttp01Body(), cancellationToken);
            await inner.PresentAsync(context, cancellationToken);
        }

        public ValueTask WaitUntilVisibleAsync(AcmeChallengeContext context, CancellationToken cancellationToken) =>
            inner.WaitUntilVisibleAsync(context, cancellationToken);

        public async ValueTask CleanUpAsync(AcmeChallengeContext context, CancellationToken cancellationToken)
        {
            await inner.CleanUpAsync(context, cancellationToken);
            await store.RemoveAsync(context.Token, cancellationToken);
        }
    }
}
