using System.Security.Cryptography;
using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>Obtains one name's certificate from its CA and renews it for as long as the name is configured.
/// Disk before memory: what is served has been stored.</summary>
internal sealed class IssuanceLoop : ICertificateLoop
{
    // Timers count running time; a machine that slept, or whose clock was set, looks again within this.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private readonly string _name;
    private readonly CertificateSource _source;
    private readonly ICertificateIssuer _issuer;
    private readonly CertificateStore _store;
    private readonly CertificateTable _table;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private volatile ServingCertificate _current;
    private volatile RenewalState _state;
    private bool _mustLoad;

    /// <param name="name">The name.</param>
    /// <param name="source">Where the configuration says its certificate comes from.</param>
    /// <param name="issuer">The CA that stands for.</param>
    /// <param name="inherited">What the loop that this one replaces serves. That loop may still write, so the disk is left alone until
    /// this one runs. Null when there is no such loop.</param>
    /// <param name="store">The disk.</param>
    /// <param name="table">Where new certificates are put.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Used by this loop alone.</param>
    /// <param name="logger">The log.</param>
    public IssuanceLoop(string name, CertificateSource source, ICertificateIssuer issuer, ServingCertificate? inherited, CertificateStore store,
        CertificateTable table, TimeProvider time, Random random, ILogger<IssuanceLoop> logger)
    {
        (_name, _source, _issuer, _store, _table, _time, _random, _logger) = (name, source, issuer, store, table, time, random, logger);
        var stored = inherited is null ? store.Load(name) : null;
        _current = inherited ?? stored ?? PlaceholderFactory.Create(name, time.GetUtcNow());
        _mustLoad = inherited is not null;
        _state = RenewalStateFactory.Create(_mustLoad ? null : store.LoadState(name), stored, issuer.Authority, time.GetUtcNow());
    }

    public ServingCertificate Current => _current;

    public CertificateStatus Status => new(_name, _source, CertificateState.Of(_current, _state.Due, _state.LastError));

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (_mustLoad)
                    Load();
                await WaitUntilDueAsync(cancellationToken);
                await AttemptAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                Postpone(error);
            }
        }
    }

    private void Load()
    {
        _mustLoad = false;
        var stored = _store.Load(_name);
        _state = RenewalStateFactory.Create(_store.LoadState(_name), stored, _issuer.Authority, _time.GetUtcNow());
        // What is on disk may be older than what another source has left.
        if (stored is not null && (_current.IsPlaceholder || stored.NotAfter > _time.GetUtcNow()))
            _current = stored;
        // The loop that this one replaces may have swapped in its own after ours was published.
        _table.Swap(_name, _current);
    }

    private async Task WaitUntilDueAsync(CancellationToken cancellationToken)
    {
        for (var left = Left(); left > TimeSpan.Zero; left = Left())
            await Task.Delay(left < LongestWait ? left : LongestWait, _time, cancellationToken);
    }

    private TimeSpan Left()
    {
        var now = _time.GetUtcNow();
        _state = RenewalStateFactory.Plausible(_state, _current, now);
        return _state.Due - now;
    }

    private async Task AttemptAsync(CancellationToken cancellationToken)
    {
        _logger.LogInformation("Obtaining a certificate for {Name} from {Authority}", _name, _source is CertificateSource.Acme ? _issuer.Authority : "the internal CA");
        _store.ProbeWrite();
        using var key = PrepareKey();
        var chain = await _issuer.IssueAsync(new Issuance(_name, key, _state.Order, Remember, _random), cancellationToken);
        Take(_store.Install(_name, chain, out var problem) ?? throw new IssuanceException(problem) { OrderIsLost = true });
    }

    private AsymmetricAlgorithm PrepareKey()
    {
        if (_state.Order is not null && _store.LoadNextKey(_name, _issuer.KeyType) is { } pending)
            return pending;
        // An order belongs to its key.
        _state = _state with { Order = null, OrderFailures = null };
        var key = KeyFactory.Create(_issuer.KeyType);
        _store.SaveNextKey(_name, key);
        return key;
    }

    private void Remember(Uri order)
    {
        _state = _state with { Order = order, OrderFailures = null };
        _store.SaveState(_name, _state);
    }

    private void Take(ServingCertificate certificate)
    {
        _state = RenewalStateFactory.Issued(certificate, _issuer.Authority, _time.GetUtcNow());
        _current = certificate;
        _table.Swap(_name, certificate);
        _logger.LogInformation("Obtained the certificate of {Name} from {Issuer}, valid until {NotAfter:u}, to be renewed from {Due:u}",
            _name, certificate.Issuer, certificate.NotAfter, _state.Due);
        if (_state.Due > RenewalStateFactory.Due(certificate))
            _logger.LogWarning("The new certificate of {Name} is valid from {NotBefore:u} to {NotAfter:u}, which by this machine's clock is due for "
                + "renewal already; set the clock, if it is wrong", _name, certificate.NotBefore, certificate.NotAfter);
        TrySaveState();
    }

    private void Postpone(Exception error)
    {
        var reason = error switch
        {
            IssuanceException => error.Message,
            IOException or UnauthorizedAccessException => $"The data directory cannot be written: {error.Message}",
            _ => "An error that EdgeProxy does not know how to explain; see the log.",
        };
        // What the system contributes comes with and without a full stop.
        reason = reason.TrimEnd('.') + ".";
        _state = RenewalStateFactory.Failed(_state, error, reason, _time.GetUtcNow(), _random);
        _logger.LogError(error is IssuanceException or IOException or UnauthorizedAccessException ? null : error,
            "No certificate for {Name}: {Reason}. Next attempt: {Due:u}", _name, reason.TrimEnd('.'), _state.Due);
        TrySaveState();
    }

    private void TrySaveState()
    {
        try
        {
            _store.SaveState(_name, _state);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _logger.LogError("The renewal state of {Name} cannot be stored: {Reason}", _name, error.Message);
        }
    }
}
