using EdgeProxy.Acme;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Certificates.Issuing;

/// <summary>Makes the issuer of a certificate source. Names that share a CA share one account and one limit there.</summary>
internal sealed class IssuerFactory(IChallengeSolver solver, TimeProvider time, ILoggerFactory loggers)
{
    private readonly Dictionary<string, Shared> _shared = [];

    public ICertificateIssuer Create(CertificateSource source, string dataDirectory) => source switch
    {
        CertificateSource.Acme acme => new AcmeIssuer(acme.Authority, SessionFor(acme.Authority, dataDirectory), solver, time),
        CertificateSource.Internal => new InternalIssuer(SharedIn(dataDirectory).Roots, time),
        _ => throw new ArgumentException($"{source.GetType().Name} certificates are not issued.", nameof(source)),
    };

    private AcmeSession SessionFor(AcmeConfig config, string dataDirectory)
    {
        var shared = SharedIn(dataDirectory);
        // What an order asks for makes no difference to the account.
        var authority = config with { KeyType = default, Profile = null };
        if (shared.Sessions.TryGetValue(authority, out var known) && known.TryGetTarget(out var session))
            return session;
        session = new AcmeSession(authority, shared.Accounts, time, loggers.CreateLogger<AcmeSession>());
        shared.Sessions[authority] = new WeakReference<AcmeSession>(session);
        return session;
    }

    private Shared SharedIn(string dataDirectory)
    {
        if (!_shared.TryGetValue(dataDirectory, out var shared))
        {
            shared = new Shared(
                new AccountStore(dataDirectory, loggers.CreateLogger<AccountStore>()),
                new InternalRootStore(dataDirectory, time, loggers.CreateLogger<InternalRootStore>()),
                []);
            _shared.Add(dataDirectory, shared);
        }

        return shared;
    }

    /// <summary>A session lasts as long as an issuer that uses it: a CA that is configured no more leaves no connection behind.</summary>
    private sealed record Shared(AccountStore Accounts, InternalRootStore Roots, Dictionary<AcmeConfig, WeakReference<AcmeSession>> Sessions);
}
