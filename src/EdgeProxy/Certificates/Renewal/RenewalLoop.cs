using System.Security.Cryptography;
using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Observability;
using EdgeProxy.Storage;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>Obtains one name's certificate from its CA and renews it for as long as the name is configured.
/// Disk before memory: what is served has been stored.</summary>
internal sealed class RenewalLoop : ICertificateLoop
{
    // A timer does not count the time that the machine sleeps, and does not follow a clock that is set: the date is compared this often.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private readonly Lock _preparing = new();
    private readonly string _name;
    private readonly ICertificateIssuer _issuer;
    private readonly CertificateStore _store;
    private readonly Task _predecessor;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;

    /// <summary>Null before the disk was looked at.</summary>
    private volatile RenewalState? _state;
    private StoredRenewal? _stored;
    private bool _needsRepair;

    /// <param name="inherited">What it is served with so far; null for nothing.</param>
    /// <param name="predecessor">Done when nobody else uses the name's files any more; until then they are left alone.</param>
    /// <param name="random">Used by this loop alone.</param>
    public RenewalLoop(string name, ICertificateIssuer issuer, ServingCertificate? inherited, CertificateStore store, Task predecessor,
        TimeProvider time, Random random, ILogger<RenewalLoop> logger)
    {
        (_name, _issuer, _store, _predecessor, _time, _random, _logger) = (name, issuer, store, predecessor, time, random, logger);
        Cell = new CertificateCell(name, Prepare, time) { Certificate = inherited };
    }

    public CertificateCell Cell { get; }

    public void Prepare()
    {
        if (_state is not null || !_predecessor.IsCompleted)
            return;
        lock (_preparing)
            _state ??= Load();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Prepare();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await RepairAsync(cancellationToken);
                await WaitUntilDueAsync(cancellationToken);
                await AttemptAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Postpone(exception);
            }
        }
    }

    public void Dispose() => _issuer.Dispose();

    public CertificateState StateOf(CertificateCell cell)
    {
        Prepare();
        return CertificateState.Of(cell.Certificate, _state?.Due, (_state as RenewalState.Failed)?.LastError);
    }

    private RenewalState State
    {
        get => _state ?? throw new InvalidOperationException($"The state of {_name} is used before it is loaded.");
        set => _state = value;
    }

    private RenewalState Load()
    {
        try
        {
            return LoadStored();
        }
        catch (Exception exception)
        {
            if (exception is DataDirectoryException)
                _logger.LogError(
                    EdgeEvent.CertificateUnusable.Id(),
                    "The certificate of {Name} on disk cannot be used: {Reason}", _name, exception.Message);
            else
                _logger.LogError(
                    EdgeEvent.CertificateNotLoaded.Id(), exception, "Loading the certificate of {Name} failed unexpectedly", _name);
            return RenewalStateParser.Parse(null, null, _issuer.Authority, _time.GetUtcNow());
        }
    }

    /// <summary>Changes nothing, as another process may be writing. The store has read its files when it returns the task, so that waiting
    /// for it blocks no thread.</summary>
    private RenewalState LoadStored()
    {
        var stored = _store.LoadAsync(_name, CancellationToken.None).GetAwaiter().GetResult();
        (_needsRepair, _stored) = (stored.NeedsRepair, stored.Renewal);
        return Adopt(stored.Certificate);
    }

    /// <summary>Completes what a crash has interrupted, so that others find a pair that fits together.</summary>
    private async Task RepairAsync(CancellationToken cancellationToken)
    {
        if (!_needsRepair)
            return;
        _needsRepair = false;
        try
        {
            await using var lease = await _store.AcquireAsync(_name, cancellationToken);
            await RefreshAsync(cancellationToken);
        }
        catch (DataDirectoryException exception)
        {
            _logger.LogWarning(
                EdgeEvent.CertificateNotRepaired.Id(),
                "What is stored for {Name} is damaged and cannot be repaired: {Reason}", _name, exception.Message);
        }
    }

    /// <summary>Takes over what another process has stored. The lease is held.</summary>
    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _store.RepairAsync(_name, cancellationToken);
        var (certificate, stored, _) = await _store.LoadAsync(_name, cancellationToken);
        // Where the disk says nothing new, the state in memory stays: it may know of a failure that could not be stored.
        if (stored == _stored && certificate?.Leaf.Thumbprint == State.Certificate?.Thumbprint)
            return;
        var served = Cell.Certificate;
        _stored = stored;
        State = Adopt(certificate);
        if (Cell.Certificate is { } adopted && adopted != served)
            _logger.LogInformation(
                EdgeEvent.TakenOver.Id(),
                "Took over the certificate of {Name} that another process has stored, from {Issuer}, valid until {NotAfter:u}",
                _name, adopted.Issuer, adopted.NotAfter);
    }

    private RenewalState Adopt(ServingCertificate? certificate)
    {
        var served = Cell.Certificate;
        // The certificate on disk may be older than one that came from another source.
        if (certificate is not null && certificate.Leaf.Thumbprint != served?.Leaf.Thumbprint
            && (served is null || certificate.NotAfter > _time.GetUtcNow()))
            Cell.Certificate = certificate;
        return RenewalStateParser.Parse(_stored, certificate, _issuer.Authority, _time.GetUtcNow());
    }

    private async Task WaitUntilDueAsync(CancellationToken cancellationToken)
    {
        for (var left = Left(); left > TimeSpan.Zero; left = Left())
            await Task.Delay(left < LongestWait ? left : LongestWait, _time, cancellationToken);
    }

    private TimeSpan Left()
    {
        var now = _time.GetUtcNow();
        State = State.Plausible(Cell.Certificate, now);
        return State.Due - now;
    }

    private async Task AttemptAsync(CancellationToken cancellationToken)
    {
        using var turn = await _issuer.TakeTurnAsync(_name, State is RenewalState.Failed, cancellationToken);
        await using var lease = await _store.AcquireAsync(_name, cancellationToken);
        try
        {
            await RefreshAsync(cancellationToken);
            // Another process may have obtained it, or failed to, while this one waited.
            if (Left() > TimeSpan.Zero)
                return;
            await ObtainAsync(lease, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Postpone(exception);
        }

        await TrySaveStateAsync(lease);
    }

    private async Task ObtainAsync(ILease lease, CancellationToken cancellationToken)
    {
        _logger.LogInformation(
            EdgeEvent.Obtaining.Id(),
            "Obtaining a certificate for {Name} from {Authority}",
            _name, _issuer is InternalIssuer ? "the internal CA" : _issuer.Authority);
        await _store.ProbeWriteAsync(cancellationToken);
        using var key = await PrepareKeyAsync(cancellationToken);
        await lease.EnsureHeldAsync(cancellationToken);
        var chain = await _issuer.IssueAsync(new Issuance(_name, key, State.Order?.Url, RememberAsync, _random), cancellationToken);
        // A process that has taken the lease over goes on with this order and its key: nothing may be stored beside it.
        await lease.EnsureHeldAsync(CancellationToken.None);
        var (certificate, problem) = await _store.InstallAsync(_name, chain);
        Take(certificate ?? throw new IssuanceException(problem) { OrderIsLost = true });
    }

    private async Task<AsymmetricAlgorithm> PrepareKeyAsync(CancellationToken cancellationToken)
    {
        if (State.Order is not null && await _store.LoadNextKeyAsync(_name, _issuer.KeyType, cancellationToken) is { } pending)
            return pending;
        // An order is finalized with the key that it was placed with.
        State = State.WithoutOrder();
        var key = KeyFactory.Create(_issuer.KeyType);
        await _store.SaveNextKeyAsync(_name, key, cancellationToken);
        return key;
    }

    private Task RememberAsync(Uri order)
    {
        State = State.OrderPlaced(order);
        return SaveStateAsync();
    }

    private void Take(ServingCertificate certificate)
    {
        State = RenewalState.Issued(certificate, _issuer.Authority, _time.GetUtcNow());
        Cell.Certificate = certificate;
        _logger.LogInformation(
            EdgeEvent.Obtained.Id(),
            "Obtained the certificate of {Name} from {Issuer}, valid until {NotAfter:u}, to be renewed from {Due:u}",
            _name, certificate.Issuer, certificate.NotAfter, State.Due);
        if (State.Due > RenewalPolicy.Due(certificate))
            _logger.LogWarning(
                EdgeEvent.DueAtOnce.Id(),
                "The new certificate of {Name} is valid from {NotBefore:u} to {NotAfter:u}, which by this machine's clock is "
                + "due for renewal already; set the clock, if it is wrong", _name, certificate.NotBefore, certificate.NotAfter);
    }

    private void Postpone(Exception exception)
    {
        var now = _time.GetUtcNow();
        var foreseen = IssuanceException.From(exception, now);
        var failure = foreseen ?? new IssuanceException("An error that EdgeProxy does not know how to explain; see the log.");
        State = State.AttemptFailed(failure, Cell.Certificate, now, _random);
        _logger.LogError(EdgeEvent.NotObtained.Id(), foreseen is null ? exception : null,
            "No certificate for {Name}: {Reason} Next attempt: {Due:u}", _name, failure.Message, State.Due);
    }

    private async Task TrySaveStateAsync(ILease lease)
    {
        try
        {
            await lease.EnsureHeldAsync(CancellationToken.None);
            await SaveStateAsync();
        }
        catch (DataDirectoryException exception)
        {
            _logger.LogError(
                EdgeEvent.StateNotStored.Id(), "The renewal state of {Name} cannot be stored: {Reason}", _name, exception.Message);
        }
    }

    private async Task SaveStateAsync()
    {
        var stored = RenewalStateParser.ToStored(State);
        await _store.SaveStateAsync(_name, stored, CancellationToken.None);
        _stored = stored;
    }
}
