using System.Security.Cryptography;
using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>Obtains one name's certificate from its CA and renews it for as long as the name is configured.
/// Disk before memory: what is served has been stored.</summary>
internal sealed class RenewalLoop : ICertificateLoop
{
    // Timers count running time; a machine that slept, or whose clock was set, looks again within this.
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

    /// <param name="name">The name.</param>
    /// <param name="issuer">The CA that its certificate comes from.</param>
    /// <param name="inherited">What it is served with so far; null for nothing.</param>
    /// <param name="store">The disk.</param>
    /// <param name="predecessor">Done when nobody else uses the name's files any more; until then they are left alone.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Used by this loop alone.</param>
    /// <param name="logger">The log.</param>
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
            _logger.LogError(exception, "Loading the certificate of {Name} failed unexpectedly", _name);
            return RenewalStateParser.Parse(null, null, _issuer.Authority, _time.GetUtcNow());
        }
    }

    private RenewalState LoadStored()
    {
        var stored = _store.Load(_name);
        // What is on disk may be older than what another source has left.
        if (stored is not null && (Cell.Certificate is null || stored.NotAfter > _time.GetUtcNow()))
            Cell.Certificate = stored;
        return RenewalStateParser.Parse(_store.LoadState(_name), stored, _issuer.Authority, _time.GetUtcNow());
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
        _logger.LogInformation("Obtaining a certificate for {Name} from {Authority}",
            _name, _issuer is InternalIssuer ? "the internal CA" : _issuer.Authority);
        _store.ProbeWrite();
        using var key = PrepareKey();
        var chain = await _issuer.IssueAsync(new Issuance(_name, key, State.Order?.Url, Remember, _random), cancellationToken);
        Take(_store.Install(_name, chain, out var problem) ?? throw new IssuanceException(problem) { OrderIsLost = true });
    }

    private AsymmetricAlgorithm PrepareKey()
    {
        if (State.Order is not null && _store.LoadNextKey(_name, _issuer.KeyType) is { } pending)
            return pending;
        // An order belongs to its key.
        State = State.WithoutOrder();
        var key = KeyFactory.Create(_issuer.KeyType);
        _store.SaveNextKey(_name, key);
        return key;
    }

    private void Remember(Uri order)
    {
        State = State.OrderPlaced(order);
        _store.SaveState(_name, RenewalStateParser.ToStored(State));
    }

    private void Take(ServingCertificate certificate)
    {
        State = RenewalState.Issued(certificate, _issuer.Authority, _time.GetUtcNow());
        Cell.Certificate = certificate;
        _logger.LogInformation("Obtained the certificate of {Name} from {Issuer}, valid until {NotAfter:u}, to be renewed from {Due:u}",
            _name, certificate.Issuer, certificate.NotAfter, State.Due);
        if (State.Due > RenewalPolicy.Due(certificate))
            _logger.LogWarning("The new certificate of {Name} is valid from {NotBefore:u} to {NotAfter:u}, which by this machine's clock is "
                + "due for renewal already; set the clock, if it is wrong", _name, certificate.NotBefore, certificate.NotAfter);
        TrySaveState();
    }

    private void Postpone(Exception exception)
    {
        var failure = Explain(exception);
        State = State.AttemptFailed(failure, Cell.Certificate, _time.GetUtcNow(), _random);
        _logger.LogError(exception is IssuanceException or IOException or UnauthorizedAccessException ? null : exception,
            "No certificate for {Name}: {Reason}. Next attempt: {Due:u}", _name, failure.Reason.TrimEnd('.'), State.Due);
        TrySaveState();
    }

    private static AttemptFailure Explain(Exception exception) => exception switch
    {
        IssuanceException refusal => new(Sentence(refusal.Message))
        {
            RetryAfter = refusal.RetryAfter,
            OrderIsLost = refusal.OrderIsLost,
            OrderIsBlameless = refusal.CaIsUnavailable,
        },
        IOException or UnauthorizedAccessException => new(Sentence($"The data directory cannot be written: {exception.Message}"))
        {
            OrderIsBlameless = true,
        },
        _ => new("An error that EdgeProxy does not know how to explain; see the log."),
    };

    // What the system contributes comes with and without a full stop.
    private static string Sentence(string text) => text.TrimEnd('.') + ".";

    private void TrySaveState()
    {
        try
        {
            _store.SaveState(_name, RenewalStateParser.ToStored(State));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _logger.LogError("The renewal state of {Name} cannot be stored: {Reason}", _name, exception.Message);
        }
    }
}
