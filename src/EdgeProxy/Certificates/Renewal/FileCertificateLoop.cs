using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Observability;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>Serves a PEM pair that somebody else keeps up to date, for all names that are configured with it. The files may change one
/// after the other and while they are read: a pair replaces another when two looks in a row have found it and when it works in a
/// handshake.</summary>
internal sealed class FileCertificateLoop(CertificateSource.File source, TimeProvider time, ILogger<FileCertificateLoop> logger)
    : ICertificateLoop
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly FileNames _names = new(source, time, logger);
    private readonly Lock _lock = new();

    /// <summary>What was looked at last; null before the first look.</summary>
    private FilePair? _judged;

    /// <summary>The last pair that is of use, and whether a handshake has shown that it is.</summary>
    private (ServingCertificate Certificate, bool IsTried)? _pair;

    private SemaphoreSlim Judging { get; } = new(1);

    public bool IsNeeded => !_names.IsEmpty;

    /// <summary>Looks after one more name.</summary>
    /// <param name="inherited">What it is served with so far; null for nothing.</param>
    public CertificateCell Add(string name, ServingCertificate? inherited)
    {
        var cell = new CertificateCell(name, Prepare, time) { Certificate = inherited };
        _names.Add(cell);
        Offer();
        return cell;
    }

    public void Remove(CertificateCell cell) => _names.Remove(cell);

    /// <summary>Looks at the files for the first time. A name that has nothing is served with what they hold at once; whether that works
    /// is tried when the loop runs.</summary>
    public void Prepare()
    {
        lock (_lock)
        {
            if (_judged is not null)
                return;
            _judged = FilePair.Read(source);
            if (_judged.TryParse(source, out var certificate, out var problem))
                _pair = (certificate, false);
            else
                _names.Report(problem);
            // Under the lock: whoever finds that the first look is over must find the names served.
            Offer();
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Prepare();
        var seen = _judged!;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                seen = await TakeIfStillAsync(seen, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Report(exception);
            }

            await Task.Delay(Interval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        // The files belong to somebody else.
    }

    public CertificateState StateOf(CertificateCell cell)
    {
        Prepare();
        return CertificateState.Of(cell.Certificate, null, _names.ProblemOf(cell));
    }

    /// <summary>What the files hold now.</summary>
    public FilePair Read() => FilePair.Read(source);

    /// <summary>Takes over what the files hold if it is what an earlier look has seen; what has just changed may be half written.</summary>
    /// <returns>What they hold.</returns>
    public async Task<FilePair> TakeIfStillAsync(FilePair seen, CancellationToken cancellationToken)
    {
        await TryPreparedAsync(cancellationToken);
        var found = Read();
        if (found != seen)
            return found;
        await Judging.WaitAsync(cancellationToken);
        try
        {
            if (seen != _judged)
                await JudgeAsync(seen, cancellationToken);
        }
        finally
        {
            Judging.Release();
        }

        // Also a pair that was refused before: its first day may have come, or what is served instead may have expired.
        Offer();
        return seen;
    }

    /// <summary>The same, but only logs what goes wrong: the loop tries again.</summary>
    public async Task TryTakeIfStillAsync(FilePair seen, CancellationToken cancellationToken)
    {
        try
        {
            await TakeIfStillAsync(seen, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Report(exception);
        }
    }

    /// <summary>Has the pair that the first look found prove itself.</summary>
    private async Task TryPreparedAsync(CancellationToken cancellationToken)
    {
        Prepare();
        await Judging.WaitAsync(cancellationToken);
        try
        {
            if (_pair is not { IsTried: false, Certificate: var certificate })
                return;
            var problem = await TrialHandshake.FindProblemAsync(certificate, cancellationToken);
            lock (_lock)
                _pair = problem is null ? (certificate, true) : null;
            if (problem is not null)
            {
                _names.Withdraw(certificate);
                _names.Report(Useless(problem));
            }
        }
        finally
        {
            Judging.Release();
        }

        Offer();
    }

    private async Task JudgeAsync(FilePair found, CancellationToken cancellationToken)
    {
        var isPair = found.TryParse(source, out var certificate, out var problem);
        var useless = isPair ? await TrialHandshake.FindProblemAsync(certificate!, cancellationToken) : null;
        lock (_lock)
        {
            _judged = found;
            if (isPair && useless is null)
                _pair = (certificate!, true);
        }

        _names.Report(!isPair ? problem : useless is null ? null : Useless(useless));
    }

    private void Offer()
    {
        lock (_lock)
        {
            if (_pair is { } pair)
                _names.Offer(pair.Certificate, pair.IsTried);
        }
    }

    private void Report(Exception exception) => logger.LogError(
        EdgeEvent.FileNotTakenOver.Id(), exception, "Taking over the certificate in {File} failed unexpectedly", source.Path);

    private string Useless(string reason) => $"No client can connect with the pair {source.Path} and {source.KeyPath} ({reason}). "
        + "Use an RSA key of 2048 bits or more, or an elliptic curve key on P-256, P-384 or P-521.";
}
