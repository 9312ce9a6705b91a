using EdgeProxy.Acme;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Certificates.Issuing;

/// <summary>Makes the issuers of certificate sources. Those of one CA share a session with it, which lasts until the last of them has been
/// disposed of: a CA that is configured no more leaves no connection behind, and one that stays keeps the pause it has asked for.</summary>
internal sealed class Issuers(ChooseSolver chooseSolver, TimeProvider time, ILoggerFactory loggers)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(Stores, AcmeConfig), Shared> _sessions = [];

    public ICertificateIssuer Create(CertificateSource source, Stores stores) => source switch
    {
        CertificateSource.Acme acme => Create(acme.Authority, stores),
        CertificateSource.Internal => new InternalIssuer(stores.Roots, time),
        _ => throw new ArgumentException($"{source.GetType().Name} certificates are not issued.", nameof(source)),
    };

    private AcmeIssuer Create(AcmeConfig config, Stores stores)
    {
        // The type of key and the profile belong to an order: names that differ in them share the account.
        var authority = config with { KeyType = default, Profile = null };
        var session = Enter(authority, stores);
        var challenges = new SharedChallenges(stores.Challenges, name => chooseSolver(config, name));
        return new AcmeIssuer(config, session, challenges, time, () => Leave(authority, stores));
    }

    private AcmeSession Enter(AcmeConfig authority, Stores stores)
    {
        lock (_lock)
        {
            if (!_sessions.TryGetValue((stores, authority), out var shared))
                shared = new Shared(new AcmeSession(authority, stores.Accounts, time, loggers.CreateLogger<AcmeSession>()), 0);
            _sessions[(stores, authority)] = shared with { Users = shared.Users + 1 };
            return shared.Session;
        }
    }

    private void Leave(AcmeConfig authority, Stores stores)
    {
        Shared shared;
        lock (_lock)
        {
            shared = _sessions[(stores, authority)];
            if (shared.Users > 1)
            {
                _sessions[(stores, authority)] = shared with { Users = shared.Users - 1 };
                return;
            }

            _sessions.Remove((stores, authority));
        }

        shared.Session.Dispose();
    }

    private sealed record Shared(AcmeSession Session, int Users);
}

/// <summary>Chooses how control of a name is proved to a CA.</summary>
internal delegate IChallengeSolver ChooseSolver(AcmeConfig authority, AcmeIdentifier name);
