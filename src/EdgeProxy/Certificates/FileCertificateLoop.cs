using System.Diagnostics.CodeAnalysis;
using EdgeProxy.Configuration;
using EdgeProxy.Storage;

namespace EdgeProxy.Certificates;

/// <summary>Serves a PEM pair that somebody else keeps up to date. The files may change one after the other: a pair that does not fit
/// together is never served, the last good one stays.</summary>
internal sealed class FileCertificateLoop : ICertificateLoop
{
    private readonly Lock _reading = new();
    private readonly string _name;
    private readonly CertificateSource.File _source;
    private readonly CertificateTable _table;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly FileWatch _watch;
    private volatile ServingCertificate _current;
    private volatile string? _problem;

    /// <param name="name">The name.</param>
    /// <param name="source">The files.</param>
    /// <param name="inherited">What the loop that this one replaces serves; null when there is none.</param>
    /// <param name="table">Where new certificates are put.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public FileCertificateLoop(string name, CertificateSource.File source, ServingCertificate? inherited, CertificateTable table,
        TimeProvider time, ILogger<FileCertificateLoop> logger)
    {
        _name = name;
        _source = source;
        _table = table;
        _time = time;
        _logger = logger;
        _watch = new FileWatch([source.Path, source.KeyPath], time);
        var isGood = TryRead(out var certificate, out var problem);
        _current = certificate ?? inherited ?? PlaceholderFactory.Create(name, time.GetUtcNow());
        if (isGood)
            Take(_current);
        else
            Report(problem);
    }

    public ServingCertificate Current => _current;

    public CertificateStatus Status => new(_name, _source, CertificateState.Of(_current, null, _problem));

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // A loop that this one replaces may have swapped in its own after ours was published.
        _table.Swap(_name, _current);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await _watch.WaitForChangeAsync(cancellationToken);
                Read();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                _logger.LogError(error, "Reading the certificate of {Name} failed unexpectedly", _name);
            }
        }
    }

    /// <summary>Looks at the files now instead of within a second.</summary>
    public void CheckFiles()
    {
        if (_watch.HasChanged())
            Read();
    }

    private void Read()
    {
        lock (_reading)
        {
            if (TryRead(out var certificate, out var problem))
                Take(certificate);
            else
                Report(problem);
        }
    }

    private bool TryRead([NotNullWhen(true)] out ServingCertificate? certificate, out string problem)
    {
        certificate = null;
        try
        {
            if (PemPairParser.TryParse(File.ReadAllText(_source.Path), File.ReadAllText(_source.KeyPath), out certificate, out problem))
                return true;
            problem = $"The pair {_source.Path} and {_source.KeyPath} {problem}.";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problem = error.Message;
        }

        return false;
    }

    private void Report(string problem)
    {
        if (problem == _problem)
            return;
        _problem = problem;
        _logger.LogError("The certificate of {Name} cannot be used, {Served} stays: {Problem}",
            _name, _current.IsPlaceholder ? "a placeholder" : "the last good one", problem);
    }

    private void Take(ServingCertificate certificate)
    {
        _problem = null;
        _current = certificate;
        _table.Swap(_name, certificate);
        _logger.LogInformation("Serving {Name} with the certificate in {File}, from {Issuer}, valid until {NotAfter:u}",
            _name, _source.Path, certificate.Issuer, certificate.NotAfter);
        if (!certificate.Covers(_name))
            _logger.LogWarning("The certificate in {File} is not for {Name}; clients will refuse it", _source.Path, _name);
        if (certificate.NotAfter <= _time.GetUtcNow())
            _logger.LogWarning("The certificate in {File} has expired; clients will refuse it", _source.Path);
    }
}
