namespace EdgeProxy.Acme;

/// <summary>The way to a certificate: order, authorize, finalize, download (RFC 8555 §7.1, §7.4).</summary>
/// <param name="client">The account that orders; its URL is known.</param>
/// <param name="chooseSolver">
/// Gives the solver that proves control of a name of the order; a wildcard comes with its <c>*.</c>. Called at most once in a call of
/// <see cref="ObtainAsync"/> for each name whose control is not proved yet, before any proof is put in place; what it throws comes through.
/// </param>
/// <param name="time">The clock of waits, timeouts and expiry dates.</param>
/// <param name="random">Spreads the polling; used by one order at a time, unless it is thread-safe.</param>
/// <param name="patience">
/// How long the CA may be waited for in one call, all steps together, from the first wait on: what a solver takes before does not count.
/// Five minutes by default.
/// </param>
public sealed class CertificateOrder(
    AcmeClient client,
    Func<AcmeIdentifier, IChallengeSolver> chooseSolver,
    TimeProvider time,
    Random random,
    TimeSpan? patience = null)
{
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromMinutes(5);

    /// <summary>The same with one solver for all names.</summary>
    /// <param name="client">The account that orders; its URL is known.</param>
    /// <param name="solver">Proves control of every name.</param>
    /// <param name="time">The clock of waits, timeouts and expiry dates.</param>
    /// <param name="random">Spreads the polling; used by one order at a time, unless it is thread-safe.</param>
    /// <param name="patience">How long the CA may be waited for in one call; five minutes by default.</param>
    public CertificateOrder(
        AcmeClient client, IChallengeSolver solver, TimeProvider time, Random random, TimeSpan? patience = null)
        : this(client, _ => solver, time, random, patience)
    {
    }

    /// <summary>
    /// Obtains a certificate. After an exception another call can carry on where this one ended: see
    /// <see cref="OrderRequest.ExistingOrder"/>. What the solver or <see cref="OrderRequest.OrderCreated"/> throws comes through as it is.
    /// </summary>
    /// <exception cref="AcmeException">There is no certificate; the message says why.</exception>
    public async Task<IssuedCertificate> ObtainAsync(OrderRequest request, CancellationToken cancellationToken = default)
    {
        var run = new OrderRun(client, chooseSolver, time, new Polling(time, random, _patience), request);
        return await run.ResumeAsync(cancellationToken) ?? await run.StartAsync(cancellationToken);
    }
}

/// <summary>One call of <see cref="CertificateOrder.ObtainAsync"/>.</summary>
internal sealed class OrderRun(
    AcmeClient client, Func<AcmeIdentifier, IChallengeSolver> chooseSolver, TimeProvider time, Polling polling, OrderRequest request)
{
    /// <summary>Places a new order and completes it.</summary>
    public async Task<IssuedCertificate> StartAsync(CancellationToken cancellationToken)
    {
        var order = await client.CreateOrderAsync(request.Identifiers, request.Profile, cancellationToken);
        if (request.OrderCreated is { } created)
            await created(order.Url, cancellationToken);
        var chain = await CompleteAsync(order, cancellationToken);
        return Mismatch(chain) is not { } mismatch ? Issued(chain, order)
            : throw new AcmeException($"The CA issued a certificate that cannot be used: {mismatch} ({chain.Url}).");
    }

    /// <summary>Completes the order of an earlier attempt; null where that is impossible and a new one is needed.</summary>
    public async Task<IssuedCertificate?> ResumeAsync(CancellationToken cancellationToken)
    {
        if (request.ExistingOrder is not { } url)
            return null;
        try
        {
            var order = await client.GetOrderAsync(url, cancellationToken);
            if (!CanResume(order))
                return null;
            var chain = await CompleteAsync(order, cancellationToken);
            // Its certificate may be for a key that the caller has lost. An order is finalized only once, so a new one is needed.
            return Mismatch(chain) is null ? Issued(chain, order) : null;
        }
        catch (AcmeException exception) when ((int?)exception.StatusCode is >= 400 and < 500 && !exception.IsRateLimited)
        {
            // The CA does not know the order, or it is another account's. If the account is unknown, the new order fails and says so.
            return null;
        }
    }

    private bool CanResume(AcmeOrder order) =>
        order.Status != AcmeStatus.Invalid
        && !(order.Expires <= time.GetUtcNow())
        && order.Identifiers.ToHashSet().SetEquals(request.Identifiers)
        && (request.Profile is null || request.Profile == order.Profile);

    private async Task<CertificateChain> CompleteAsync(AcmeOrder order, CancellationToken cancellationToken)
    {
        if (order.Status == AcmeStatus.Pending)
            order = await AuthorizeAsync(order, cancellationToken);
        if (order.Status == AcmeStatus.Ready)
            order = await FinalizeAsync(order, cancellationToken);
        order = await AwaitCertificateAsync(order, cancellationToken);
        return await new ChainSelection(client, request.PreferredIssuer).DownloadAsync(order.Certificate!, cancellationToken);
    }

    private async Task<AcmeOrder> AuthorizeAsync(AcmeOrder order, CancellationToken cancellationToken)
    {
        await new Authorizing(client, chooseSolver, polling, time).AuthorizeAsync(order, cancellationToken);
        var seen = await client.GetOrderAsync(order.Url, cancellationToken);
        return await UntilAsync(seen, now => now.Status != AcmeStatus.Pending, cancellationToken);
    }

    private async Task<AcmeOrder> FinalizeAsync(AcmeOrder order, CancellationToken cancellationToken)
    {
        var csr = SigningRequestFactory.Create(request.Identifiers, request.Key);
        for (var attempt = 0; order.Status == AcmeStatus.Ready; attempt++)
        {
            try
            {
                return await client.FinalizeOrderAsync(order, csr, cancellationToken);
            }
            catch (AcmeException exception) when (exception.Problem?.Type == AcmeErrorType.OrderNotReady)
            {
                // RFC 8555 §7.4: "The client should then send a POST-as-GET request to the order resource to obtain its current state."
                await polling.WaitAsync(attempt, order with { RetryAfter = exception.RetryAfter }, order.Url, cancellationToken);
                var seen = await client.GetOrderAsync(order.Url, cancellationToken);
                order = await UntilAsync(seen, now => now.Status != AcmeStatus.Pending, cancellationToken);
            }
        }
        return order;
    }

    private async Task<AcmeOrder> AwaitCertificateAsync(AcmeOrder order, CancellationToken cancellationToken)
    {
        // CAs finalize in the background (RFC 8555 §7.4), and some say "valid" a moment before they name the certificate's URL.
        order = await UntilAsync(order, now => now is { Status: AcmeStatus.Invalid } or { Status: AcmeStatus.Valid, Certificate: not null },
            cancellationToken);
        if (order.Status == AcmeStatus.Valid)
            return order;
        var reason = order.Error?.ToString() ?? "no reason given";
        throw new AcmeException($"The CA gave up the order {order.Url}: {reason}.") { Problem = order.Error };
    }

    private Task<AcmeOrder> UntilAsync(AcmeOrder order, Func<AcmeOrder, bool> done, CancellationToken cancellationToken) =>
        polling.UntilAsync(order, done, () => client.GetOrderAsync(order.Url, cancellationToken), order.Url, cancellationToken);

    private string? Mismatch(CertificateChain chain) => CertificateCheck.FindMismatch(chain.Leaf, request, time.GetUtcNow());

    private static IssuedCertificate Issued(CertificateChain chain, AcmeOrder order) => new(chain.Pem, order.Url, chain.Url);
}
