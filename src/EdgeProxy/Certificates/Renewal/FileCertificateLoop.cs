using System.Diagnostics.CodeAnalysis;
using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;
using PemFiles = (string Chain, string Key, string? Problem);

namespace EdgeProxy.Certificates.Renewal;

/// <summary>Serves a PEM pair that somebody else keeps up to date. The files may change one after the other and while they are read:
/// a pair that does not fit together, or that the next look does not find again, is never served, the last good one stays.</summary>
internal sealed class FileCertificateLoop : ICertificateLoop
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _taking = new();
    private readonly string _name;
    private readonly CertificateSource.File _source;
    private readonly CertificateTable _table;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private PemFiles _taken;
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
        _taken = Read();
        var isGood = TryParse(_taken, out var certificate, out var problem);
        _current = certificate ?? inherited ?? PlaceholderFactory.Create(name, time.GetUtcNow());
        if (isGood)
            Serve(_current);
        else
            Report(problem);
    }

    public ServingCertificate Current => _current;

    public CertificateStatus Status => new(_name, _source, CertificateState.Of(_current, null, _problem));

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // A loop that this one replaces may have swapped in its own after ours was published.
        _table.Swap(_name, _current);
        var seen = _taken;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Interval, _time, cancellationToken);
                seen = TakeIfStill(seen);
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

    /// <summary>What the files hold now.</summary>
    public PemFiles Read()
    {
        try
        {
            return (File.ReadAllText(_source.Path), File.ReadAllText(_source.KeyPath), null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ("", "", error.Message);
        }
    }

    /// <summary>Takes over what the files hold if it is what an earlier look has seen; what has just changed may be half written.</summary>
    /// <returns>What they hold.</returns>
    public PemFiles TakeIfStill(PemFiles seen)
    {
        var files = Read();
        if (files != seen)
            return files;
        lock (_taking)
        {
            if (files != _taken)
                Take(files);
        }

        // Not the equal copy, so that only one is kept.
        return seen;
    }

    private void Take(PemFiles files)
    {
        _taken = files;
        if (TryParse(files, out var certificate, out var problem))
            Serve(certificate);
        else
            Report(problem);
    }

    private bool TryParse(PemFiles files, [NotNullWhen(true)] out ServingCertificate? certificate, out string problem)
    {
        certificate = null;
        if (files.Problem is not null)
            problem = files.Problem;
        else if (PemPairParser.TryParse(files.Chain, files.Key, out certificate, out var fault))
            problem = "";
        else
            problem = $"The pair {_source.Path} and {_source.KeyPath} {fault}.";
        return certificate is not null;
    }

    private void Report(string problem)
    {
        if (problem == _problem)
            return;
        _problem = problem;
        _logger.LogError("The certificate of {Name} cannot be used, {Served} stays: {Problem}",
            _name, _current.IsPlaceholder ? "a placeholder" : "the last good one", problem);
    }

    private void Serve(ServingCertificate certificate)
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
