namespace EdgeProxy.Acme;

/// <summary>The way to a certificate: order, authorize, finalize, download (RFC 8555 §7.1, §7.4).</summary>
/// <param name="client">The account that orders; its URL is known.</param>
/// <param name="solver">Proves control of the names.</param>
/// <param name="time">The clock.</param>
/// <param name="random">Spreads the polling; used by one order at a time, unless it is thread-safe.</param>
/// <param name="patience">How long one order may be waited for in all; five minutes by default.</param>
public sealed class CertificateOrder(AcmeClient client, IChallengeSolver solver, TimeProvider time, Random random, TimeSpan? patience = null)
{
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromMinutes(5);

    /// <summary>Obtains the certificate. After an exception the same order can be carried on with, see <see cref="OrderRequest.ExistingOrder"/>.</summary>
    /// <exception cref="AcmeException">No certificate; the message says why.</exception>
    public async Task<IssuedCertificate> ObtainAsync(OrderRequest request, CancellationToken cancellationToken = default)
    {
        var polling = new Polling(time, random, _patience);
        if (await FindExistingAsync(request, cancellationToken) is { } existing
            && await CompleteAsync(existing, request, polling, cancellationToken) is { Mismatch: null } resumed)
            return resumed.Certificate;
        var order = await PlaceAsync(request, cancellationToken);
        var (certificate, mismatch) = await CompleteAsync(order, request, polling, cancellationToken);
        return mismatch is null ? certificate : throw new AcmeException($"The CA issued a certificate that cannot be used: {mismatch}.");
    }

    private async Task<AcmeOrder?> FindExistingAsync(OrderRequest request, CancellationToken cancellationToken)
    {
        if (request.ExistingOrder is null) return null;
        try
        {
            var order = await client.GetOrderAsync(request.ExistingOrder, cancellationToken);
            return IsFor(order, request) && order.Status != AcmeStatus.Invalid && !(order.Expires <= time.GetUtcNow()) ? order : null;
        }
        catch (AcmeException e) when ((int?)e.StatusCode is >= 400 and < 500 and not 429)
        {
            // Forgotten by the CA, or another account's. If it is the account that is wrong, the new order will say so.
            return null;
        }
    }

    private static bool IsFor(AcmeOrder order, OrderRequest request) =>
        order.Identifiers.ToHashSet().SetEquals(request.Identifiers) && (request.Profile is null || order.Profile == request.Profile);

    private async Task<AcmeOrder> PlaceAsync(OrderRequest request, CancellationToken cancellationToken)
    {
        var order = await client.CreateOrderAsync(request.Identifiers, request.Profile, cancellationToken);
        if (request.OrderCreated is { } created) await created(order.Url, cancellationToken);
        return order;
    }

    private async Task<(IssuedCertificate Certificate, string? Mismatch)> CompleteAsync(
        AcmeOrder order, OrderRequest request, Polling polling, CancellationToken cancellationToken)
    {
        if (order.Status == AcmeStatus.Pending) order = await AuthorizeAsync(order, polling, cancellationToken);
        if (order.Status == AcmeStatus.Ready) order = await FinalizeAsync(order, request, polling, cancellationToken);
        order = await AwaitCertificateAsync(order, polling, cancellationToken);
        return await DownloadAsync(order, request, cancellationToken);
    }

    private async Task<AcmeOrder> AuthorizeAsync(AcmeOrder order, Polling polling, CancellationToken cancellationToken)
    {
        await new Authorizing(client, solver, polling).AuthorizeAsync(order, cancellationToken);
        var seen = await client.GetOrderAsync(order.Url, cancellationToken);
        return await polling.UntilAsync(seen, now => now.Status != AcmeStatus.Pending, Read(order), order.Url, cancellationToken);
    }

    private async Task<AcmeOrder> FinalizeAsync(AcmeOrder order, OrderRequest request, Polling polling, CancellationToken cancellationToken)
    {
        var csr = SigningRequestFactory.Create(request.Identifiers, request.Key);
        return await client.FinalizeOrderAsync(order, csr, cancellationToken);
    }

    private async Task<AcmeOrder> AwaitCertificateAsync(AcmeOrder order, Polling polling, CancellationToken cancellationToken)
    {
        // Some CAs say "valid" a moment before they name the certificate's URL.
        order = await polling.UntilAsync(order, now => now.Status == AcmeStatus.Invalid || now is { Status: AcmeStatus.Valid, Certificate: not null },
            Read(order), order.Url, cancellationToken);
        if (order.Status != AcmeStatus.Invalid) return order;
        throw new AcmeException($"The CA gave up the order {order.Url}: {order.Error?.ToString() ?? "no reason given"}.") { Problem = order.Error };
    }

    private async Task<(IssuedCertificate, string?)> DownloadAsync(AcmeOrder order, OrderRequest request, CancellationToken cancellationToken)
    {
        var download = await client.DownloadCertificateAsync(order.Certificate!, cancellationToken);
        using var chain = CertificateChain.Parse(download.Pem, order.Certificate!);
        return (new IssuedCertificate(download.Pem, order.Url, order.Certificate!), CertificateCheck.FindMismatch(chain.Leaf, request, time.GetUtcNow()));
    }

    private Func<CancellationToken, Task<AcmeOrder>> Read(AcmeOrder order) => cancellation => client.GetOrderAsync(order.Url, cancellation);
}
