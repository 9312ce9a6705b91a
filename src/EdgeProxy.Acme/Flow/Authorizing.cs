namespace EdgeProxy.Acme;

/// <summary>Proves control of every name of one order. The proofs are all put in place first, so that the CA checks them side by side.</summary>
internal sealed class Authorizing(AcmeClient client, IChallengeSolver solver, Polling polling)
{
    private readonly List<(AcmeAuthorization Authorization, AcmeChallengeContext Context)> _presented = [];

    public async Task AuthorizeAsync(AcmeOrder order, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var url in order.Authorizations) await BeginAsync(url, cancellationToken);
            var ends = new List<AcmeAuthorization>();
            foreach (var (authorization, _) in _presented) ends.Add(await AwaitEndAsync(authorization, cancellationToken));
            var failures = ends.Where(end => end.Status != AcmeStatus.Valid).ToList();
            if (failures.Count > 0) throw ValidationFailure.From(failures, solver.ChallengeType);
        }
        finally
        {
            await CleanUpAsync();
        }
    }

    private async Task BeginAsync(Uri url, CancellationToken cancellationToken)
    {
        var authorization = await client.GetAuthorizationAsync(url, cancellationToken);
        // RFC 8555 §7.1.3: an order may take over authorizations that are valid already.
        if (authorization.Status == AcmeStatus.Valid) return;
        if (authorization.Status != AcmeStatus.Pending) throw ValidationFailure.From([authorization], solver.ChallengeType);
        var challenge = Choose(authorization);
        var context = new AcmeChallengeContext(authorization.Identifier, challenge.Token!, KeyAuthorization.For(challenge.Token, client.Key));
        _presented.Add((authorization, context));
        await solver.PresentAsync(context, cancellationToken);
        // One that an earlier attempt responded to before it crashed is being looked at already.
        if (challenge.Status == AcmeStatus.Pending) await client.RespondAsync(challenge, cancellationToken);
    }

    private AcmeChallenge Choose(AcmeAuthorization authorization) =>
        authorization.Challenges.FirstOrDefault(challenge => challenge.Type == solver.ChallengeType)
        ?? throw new AcmeException($"The CA offers no {solver.ChallengeType} for {authorization.Identifier}, only "
            + string.Join(", ", authorization.Challenges.Select(challenge => challenge.Type)) + ".") { IsPermanent = true };

    private Task<AcmeAuthorization> AwaitEndAsync(AcmeAuthorization authorization, CancellationToken cancellationToken) =>
        // The delay that came with the authorization was asked for before the CA had anything to look at.
        polling.UntilAsync(authorization with { RetryAfter = null }, seen => seen.Status != AcmeStatus.Pending,
            cancellation => client.GetAuthorizationAsync(authorization.Url, cancellation), authorization.Url, cancellationToken);

    private async Task CleanUpAsync()
    {
        foreach (var (_, context) in _presented) await solver.CleanUpAsync(context, CancellationToken.None);
    }
}
