using System.Net;
using EdgeProxy.Acme;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Certificates.Issuing;

/// <summary>Obtains certificates from an ACME CA.</summary>
internal sealed class AcmeIssuer(
    AcmeConfig config, AcmeSession session, SharedChallenges challenges, TimeProvider time, Action leaveSession) : ICertificateIssuer
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    private Action? _leaveSession = leaveSession;

    public string Authority => config.DirectoryUrl.AbsoluteUri;

    public CertificateKeyType KeyType => config.KeyType;

    public Task<IDisposable> TakeTurnAsync(string name, bool hasFailed, CancellationToken cancellationToken) =>
        session.Turns.TakeAsync(name, hasFailed, cancellationToken);

    public async Task<byte[]> IssueAsync(Issuance issuance, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await ObtainAsync(issuance, retryWithNewAccount: true, either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IssuanceException($"{Authority} gave no certificate within {Timeout.TotalMinutes:0} minutes.", exception);
        }
        catch (AcmeException exception)
        {
            throw session.Explain(exception);
        }
        catch (FormatException exception)
        {
            throw new IssuanceException(exception.Message, exception);
        }
    }

    public void Dispose() => Interlocked.Exchange(ref _leaveSession, null)?.Invoke();

    private async Task<byte[]> ObtainAsync(Issuance issuance, bool retryWithNewAccount, CancellationToken cancellationToken)
    {
        var client = await session.OpenAsync(cancellationToken);
        session.Turns.Begin(issuance.Name);
        try
        {
            var order = new CertificateOrder(client, challenges.SolverFor, time, issuance.Random);
            var issued = await order.ObtainAsync(CreateRequest(issuance), cancellationToken);
            session.Turns.Finish(issuance.Name);
            return issued.Pem.ToArray();
        }
        catch (AcmeException exception) when (exception.IsAccountMissing && retryWithNewAccount)
        {
            await session.ForgetAccountAsync(client, cancellationToken);
        }

        return await ObtainAsync(issuance, retryWithNewAccount: false, cancellationToken);
    }

    private OrderRequest CreateRequest(Issuance issuance) => new([Identify(issuance.Name)], issuance.Key)
    {
        Profile = config.Profile,
        ExistingOrder = issuance.PendingOrder,
        OrderCreated = (order, _) => new(issuance.OrderPlaced(order)),
    };

    private static AcmeIdentifier Identify(string name) =>
        IPAddress.TryParse(name, out var address) ? AcmeIdentifier.Ip(address) : AcmeIdentifier.Dns(name);
}
