using System.Net;
using EdgeProxy.Acme;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Certificates.Issuing;

/// <summary>Obtains certificates from an ACME CA.</summary>
internal sealed class AcmeIssuer(AcmeConfig config, AcmeSession session, IChallengeSolver solver, TimeProvider time) : ICertificateIssuer
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    public string Authority => config.DirectoryUrl.AbsoluteUri;

    public CertificateKeyType KeyType => config.KeyType;

    public async Task<byte[]> IssueAsync(Issuance issuance, CancellationToken cancellationToken)
    {
        var turn = session.Turns.Of(issuance.Name);
        await turn.WaitAsync(cancellationToken);
        // Waiting for a turn does not count.
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await ObtainAsync(issuance, retryWithNewAccount: true, either.Token);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IssuanceException($"{Authority} gave no certificate within {Timeout.TotalMinutes:0} minutes.", error);
        }
        // "Too many requests" may be about this one name.
        catch (AcmeException error) when (error.IsServiceUnavailable)
        {
            throw session.Pause(error);
        }
        catch (AcmeException error)
        {
            throw new IssuanceException(error.Message, error)
            {
                RetryAfter = time.GetUtcNow() + error.RetryAfter,
                OrderIsLost = error.IsPermanent,
                CaIsUnavailable = error.IsRateLimited || error.IsUnreachable,
            };
        }
        catch (FormatException error)
        {
            throw new IssuanceException(error.Message, error);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<byte[]> ObtainAsync(Issuance issuance, bool retryWithNewAccount, CancellationToken cancellationToken)
    {
        var client = await session.OpenAsync(cancellationToken);
        session.Turns.Begin(issuance.Name);
        try
        {
            var order = new CertificateOrder(client, solver, time, issuance.Random);
            var issued = await order.ObtainAsync(CreateRequest(issuance), cancellationToken);
            session.Turns.Finish(issuance.Name);
            return issued.Pem.ToArray();
        }
        catch (AcmeException error) when (error.IsAccountMissing && retryWithNewAccount)
        {
            session.ForgetAccount(client);
        }

        return await ObtainAsync(issuance, retryWithNewAccount: false, cancellationToken);
    }

    private OrderRequest CreateRequest(Issuance issuance) => new([Identify(issuance.Name)], issuance.Key)
    {
        Profile = config.Profile,
        ExistingOrder = issuance.PendingOrder,
        OrderCreated = (order, _) =>
        {
            issuance.OrderPlaced(order);
            return ValueTask.CompletedTask;
        },
    };

    private static AcmeIdentifier Identify(string name) =>
        IPAddress.TryParse(name, out var address) ? AcmeIdentifier.Ip(address) : AcmeIdentifier.Dns(name);
}
