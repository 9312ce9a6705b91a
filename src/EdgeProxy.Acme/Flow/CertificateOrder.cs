namespace EdgeProxy.Acme;

/// <summary>The way to a certificate: order, authorize, finalize, download (RFC 8555 §7.1, §7.4).</summary>
/// <param name="client">The account that orders; its URL is known.</param>
/// <param name="solver">Proves control of the names.</param>
/// <param name="time">The clock.</param>
/// <param name="random">Spreads the polling; used by one order at a time, unless it is thread-safe.</param>
/// <param name="patience">How long the CA may be waited for in one call, all steps together; five minutes by default.</param>
public sealed class CertificateOrder(
    AcmeClient client, IChallengeSolver solver, TimeProvider time, Random random, TimeSpan? patience = null)
{
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromMinutes(5);

    /// <summary>
    /// Obtains a certificate. After an exception another call can carry on where this one ended: see
    /// <see cref="OrderRequest.ExistingOrder"/>. What the solver or <see cref="OrderRequest.OrderCreated"/> throws comes through as it is.
    /// </summary>
    /// <exception cref="AcmeException">There is no certificate; the message says why.</exception>
    public async Task<IssuedCertificate> ObtainAsync(OrderRequest request, CancellationToken cancellationToken = default)
    {
        var run = new OrderRun(client, solver, time, new Polling(time, random, _patience), request);
        return await run.ResumeAsync(cancellationToken) ?? await run.StartAsync(cancellationToken);
    }
}
