namespace EdgeProxy.Acme;

/// <summary>Proves control of every name of one order. All proofs are in place before the first is waited for.</summary>
internal sealed class Authorizing(AcmeClient client, IChallengeSolver solver, Polling polling, TimeProvider time)
{
    private static readonly TimeSpan CleanUpTimeout = TimeSpan.FromSeconds(30);

    private readonly List<AcmeChallengeContext> _begun = [];

    public async Task AuthorizeAsync(AcmeOrder order, CancellationToken cancellationToken)
    {
        var authorizations = await ReadAllAsync(order, cancellationToken);
        await GiveUpIfAnyFailedAsync(authorizations, cancellationToken);
        try
        {
            var awaited = new List<AcmeAuthorization>();
            // RFC 8555 §7.1.3: an order may take over authorizations that are valid already.
            foreach (var pending in authorizations.Where(IsPending))
                awaited.Add(await BeginAsync(pending, cancellationToken));
            var ended = new List<AcmeAuthorization>();
            foreach (var authorization in awaited) ended.Add(await AwaitEndAsync(authorization, cancellationToken));
            await GiveUpIfAnyFailedAsync(ended, cancellationToken);
        }
        finally
        {
            foreach (var context in _begun) await CleanUpAsync(context);
        }
    }

    private async Task<List<AcmeAuthorization>> ReadAllAsync(AcmeOrder order, CancellationToken cancellationToken)
    {
        var all = new List<AcmeAuthorization>();
        foreach (var url in order.Authorizations) all.Add(await client.GetAuthorizationAsync(url, cancellationToken));
        return all;
    }

    /// <summary>One failed name dooms the order: the names still pending are given up, as CAs limit how many may pend.</summary>
    private async Task GiveUpIfAnyFailedAsync(List<AcmeAuthorization> all, CancellationToken cancellationToken)
    {
        var failures = all.Where(each => each.Status != AcmeStatus.Valid && !IsPending(each)).ToList();
        if (failures.Count == 0) return;
        foreach (var pending in all.Where(IsPending)) await TryDeactivateAsync(pending, cancellationToken);
        throw ValidationFailure.From(failures, solver.ChallengeType);
    }

    private async Task TryDeactivateAsync(AcmeAuthorization pending, CancellationToken cancellationToken)
    {
        try
        {
            await client.DeactivateAuthorizationAsync(pending.Url, cancellationToken);
        }
        catch (AcmeException)
        {
            // A courtesy to the CA; the failure to tell is that of the other name.
        }
    }

    /// <summary>Puts the proof in place and has the CA look; gives what is known of the authorization then.</summary>
    private async Task<AcmeAuthorization> BeginAsync(AcmeAuthorization authorization, CancellationToken cancellationToken)
    {
        var challenge = Choose(authorization);
        var proof = KeyAuthorization.For(challenge.Token, client.Key);
        var context = new AcmeChallengeContext(authorization.Identifier, challenge.Token!, proof);
        _begun.Add(context);
        await solver.PresentAsync(context, cancellationToken);
        // One that an earlier attempt responded to before it crashed is being looked at already.
        if (challenge.Status == AcmeStatus.Pending) challenge = await client.RespondAsync(challenge, cancellationToken);
        // Not the delay that came with the authorization: the CA had nothing to look at then.
        return authorization with { RetryAfter = challenge.RetryAfter };
    }

    private AcmeChallenge Choose(AcmeAuthorization authorization) =>
        authorization.Challenges.FirstOrDefault(challenge => challenge.Type == solver.ChallengeType)
        ?? throw AcmeException.Permanent($"The CA offers no {solver.ChallengeType} for {authorization.Identifier}, only "
            + string.Join(", ", authorization.Challenges.Select(challenge => challenge.Type)) + ".");

    private Task<AcmeAuthorization> AwaitEndAsync(AcmeAuthorization authorization, CancellationToken cancellationToken) =>
        polling.UntilAsync(authorization, seen => !IsPending(seen),
            cancellation => client.GetAuthorizationAsync(authorization.Url, cancellation), authorization.Url, cancellationToken);

    /// <summary>"processing" is for challenges and orders (RFC 8555 §7.1.6), but nothing is lost by waiting for it here, too.</summary>
    private static bool IsPending(AcmeAuthorization authorization) =>
        authorization.Status is AcmeStatus.Pending or AcmeStatus.Processing;

    private async Task CleanUpAsync(AcmeChallengeContext context)
    {
        // Not the caller's token: what was put in place is taken away after a cancellation, too.
        using var timeout = new CancellationTokenSource(CleanUpTimeout, time);
        try
        {
            await solver.CleanUpAsync(context, timeout.Token);
        }
        catch (Exception)
        {
            // A leftover proof does no harm, and must hide neither a certificate nor the reason why there is none.
        }
    }
}
