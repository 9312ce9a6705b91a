namespace EdgeProxy.Acme;

/// <summary>The way to a certificate: order, authorize, finalize, download (RFC 8555 §7.1, §7.4).</summary>
/// <param name="client">The account that orders; its URL is known.</param>
/// <param name="chooseSolver">
/// Gives the solver that proves control of a name of the order; a wildcard comes with its <c>*.</c>. Called at most once in a call of
/// <see cref="ObtainAsync"/> for each name whose control is not proved yet, before any proof is put in place; what it throws comes through.
/// </param>
/// <param name="time">The clock.</param>
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
    /// <param name="time">The clock.</param>
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
