namespace EdgeProxy.Acme;

/// <summary>
/// Proves control of every name of one order: puts all proofs in place, waits until all are visible, has the CA look at each, and waits
/// until it has.
/// </summary>
internal sealed class Authorizing(
    AcmeClient client, Func<AcmeIdentifier, IChallengeSolver> chooseSolver, Polling polling, TimeProvider time)
{
    private static readonly TimeSpan CleanUpTimeout = TimeSpan.FromSeconds(30);

    private readonly Dictionary<Uri, IChallengeSolver> _solvers = [];
    private readonly List<Proof> _begun = [];

    public async Task AuthorizeAsync(AcmeOrder order, CancellationToken cancellationToken)
    {
        var authorizations = await ReadAllAsync(order, cancellationToken);
        await ThrowIfAnyAsync(IsDead, authorizations, cancellationToken);
        // RFC 8555 §7.1.3: an order may take over authorizations that are valid already.
        var proofs = authorizations.Where(each => each.IsPending).Select(Prepare).ToList();
        try
        {
            foreach (var proof in proofs)
                await PresentAsync(proof, cancellationToken);
            await WaitUntilVisibleAsync(proofs, cancellationToken);
            var awaited = new List<AcmeAuthorization>();
            foreach (var proof in proofs)
                awaited.Add(await RespondAsync(proof, cancellationToken));
            var ended = new List<AcmeAuthorization>();
            foreach (var authorization in awaited)
                ended.Add(await AwaitEndAsync(authorization, cancellationToken));
            await ThrowIfAnyAsync(each => each.Status != AcmeStatus.Valid, ended, cancellationToken);
        }
        finally
        {
            foreach (var proof in _begun)
                await CleanUpAsync(proof);
        }
    }

    private async Task<List<AcmeAuthorization>> ReadAllAsync(AcmeOrder order, CancellationToken cancellationToken)
    {
        var all = new List<AcmeAuthorization>();
        foreach (var url in order.Authorizations)
            all.Add(await client.GetAuthorizationAsync(url, cancellationToken));
        return all;
    }

    private async Task ThrowIfAnyAsync(
        Func<AcmeAuthorization, bool> hasFailed, List<AcmeAuthorization> all, CancellationToken cancellationToken)
    {
        var failures = all.Where(hasFailed).ToList();
        if (failures.Count == 0)
            return;
        // One failed name makes the whole order invalid. The pending authorizations of the others are deactivated, because CAs limit how
        // many may be pending.
        if (failures.Any(IsDead))
        {
            foreach (var pending in all.Where(each => each.IsPending))
                await TryDeactivateAsync(pending, cancellationToken);
        }
        throw ValidationFailure.From([.. failures.Select(failure => (failure, SolverOf(failure).ChallengeType))]);
    }

    private static bool IsDead(AcmeAuthorization authorization) => authorization.Status != AcmeStatus.Valid && !authorization.IsPending;

    private async Task TryDeactivateAsync(AcmeAuthorization pending, CancellationToken cancellationToken)
    {
        try
        {
            await client.DeactivateAuthorizationAsync(pending.Url, cancellationToken);
        }
        catch (AcmeException)
        {
            // Deactivating is optional, and the caller must hear of the name that failed instead.
        }
    }

    private IChallengeSolver SolverOf(AcmeAuthorization authorization)
    {
        if (!_solvers.TryGetValue(authorization.Url, out var solver))
            _solvers[authorization.Url] = solver = chooseSolver(authorization.OrderedIdentifier);
        return solver;
    }

    private Proof Prepare(AcmeAuthorization authorization)
    {
        var solver = SolverOf(authorization);
        var challenge = authorization.ChallengeOf(solver.ChallengeType)
            ?? throw AcmeException.Permanent($"The CA offers no {solver.ChallengeType} for {authorization.OrderedIdentifier}, only "
                + string.Join(", ", authorization.Challenges.Select(offered => offered.Type)) + ".");
        var keyAuthorization = KeyAuthorization.For(challenge.Token, client.Key);
        return new Proof(authorization, challenge, solver,
            new AcmeChallengeContext(authorization.Identifier, challenge.Token!, keyAuthorization));
    }

    private async Task PresentAsync(Proof proof, CancellationToken cancellationToken)
    {
        _begun.Add(proof);
        await proof.Solver.PresentAsync(proof.Context, cancellationToken);
    }

    /// <summary>Waits for all at once, so that several DNS records take no longer than the slowest of them.</summary>
    private static async Task WaitUntilVisibleAsync(List<Proof> proofs, CancellationToken cancellationToken)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(proofs.Select(WaitAsync));

        async Task WaitAsync(Proof proof)
        {
            try
            {
                await proof.Solver.WaitUntilVisibleAsync(proof.Context, failed.Token);
            }
            catch (Exception)
            {
                // The order fails without this proof, so the others need not be waited for. WhenAll throws this failure and not their
                // cancellation.
                await failed.CancelAsync();
                throw;
            }
        }
    }

    /// <summary>Asks the CA to look, and returns the authorization to wait for.</summary>
    private async Task<AcmeAuthorization> RespondAsync(Proof proof, CancellationToken cancellationToken)
    {
        // Any other status means that an earlier attempt has responded before it crashed: the CA is looking already.
        var challenge = proof.Challenge.Status == AcmeStatus.Pending
            ? await client.RespondAsync(proof.Challenge, cancellationToken)
            : proof.Challenge;
        // The authorization's delay and errors are from before the response, so they say nothing about this proof.
        return proof.Authorization with { RetryAfter = challenge.RetryAfter, Challenges = [] };
    }

    private Task<AcmeAuthorization> AwaitEndAsync(AcmeAuthorization authorization, CancellationToken cancellationToken) =>
        polling.UntilAsync(authorization, seen => !seen.IsPending || HasStalled(seen),
            () => client.GetAuthorizationAsync(authorization.Url, cancellationToken), authorization.Url, cancellationToken);

    /// <summary>
    /// The CA has looked and waits for another response (RFC 8555 §8.2), which the next attempt at this order will send. CAs built on
    /// step-ca do so instead of making the challenge invalid.
    /// </summary>
    private bool HasStalled(AcmeAuthorization authorization) =>
        authorization.ChallengeOf(SolverOf(authorization).ChallengeType) is { Status: AcmeStatus.Pending, Error: not null };

    private async Task CleanUpAsync(Proof proof)
    {
        // The caller's token is not used, because proofs are taken away after a cancellation, too.
        using var timeout = new CancellationTokenSource(CleanUpTimeout, time);
        try
        {
            await proof.Solver.CleanUpAsync(proof.Context, timeout.Token);
        }
        catch (Exception)
        {
            // A proof that stays behind does no harm. Throwing would hide the certificate, or the reason why there is none.
        }
    }

    private sealed record Proof(
        AcmeAuthorization Authorization, AcmeChallenge Challenge, IChallengeSolver Solver, AcmeChallengeContext Context);
}
