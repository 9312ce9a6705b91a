using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Observability;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>The names that are configured with one PEM pair. A name is served with it unless that would be worse than what it has; the log
/// says so once.</summary>
internal sealed class FileNames(CertificateSource.File source, TimeProvider time, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly List<FileName> _names = [];

    /// <summary>Why the files cannot be used, for all names; null when they can.</summary>
    private string? _problem;

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
                return _names.Count == 0;
        }
    }

    public void Add(CertificateCell cell)
    {
        lock (_lock)
            _names.Add(new FileName(cell));
    }

    public void Remove(CertificateCell cell)
    {
        lock (_lock)
            _names.RemoveAll(name => name.Cell == cell);
    }

    /// <summary>Why a name is not served with what the files hold; null when it is.</summary>
    public string? ProblemOf(CertificateCell cell)
    {
        lock (_lock)
            return _names.Find(name => name.Cell == cell)?.Problem ?? _problem;
    }

    /// <summary>Serves the pair to every name that is not worse off with it. Only one that is known to work replaces anything.</summary>
    public void Offer(ServingCertificate pair, bool isTried)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var takers = _names.FindAll(name =>
                name.Cell.Certificate != pair && (isTried || name.Cell.Certificate is null) && Accepts(name, pair, now));
            foreach (var name in takers)
                (name.Cell.Certificate, name.Problem) = (pair, null);
            if (takers.Count > 0)
                LogServed(takers, pair, now);
        }
    }

    /// <summary>Takes a pair back that turned out not to work.</summary>
    public void Withdraw(ServingCertificate pair)
    {
        lock (_lock)
        {
            foreach (var name in _names.Where(name => name.Cell.Certificate == pair))
                name.Cell.Certificate = null;
        }
    }

    /// <summary>Notes why the pair that the files hold now cannot be used; null when it can. A problem is logged once.</summary>
    public void Report(string? problem)
    {
        lock (_lock)
        {
            if (problem == _problem)
                return;
            _problem = problem;
            if (problem is null)
                return;
            foreach (var names in _names.GroupBy(name => name.Cell.Certificate is null))
                LogRefused(Describe([.. names]), names.Key ? "a placeholder" : "the last good one", problem);
        }
    }

    private bool Accepts(FileName name, ServingCertificate pair, DateTimeOffset now)
    {
        if (ReplacementPolicy.Objection(name.Cell.Certificate, pair, name.Cell.Name, now) is not { } objection)
            return true;
        var problem = $"The pair {source.Path} and {source.KeyPath} {objection}.";
        if (problem != name.Problem)
            LogRefused(name.Cell.Name, "the last good one", problem);
        name.Problem = problem;
        return false;
    }

    private void LogRefused(string names, string served, string problem) =>
        logger.LogError(
            EdgeEvent.FileUnusable.Id(), "The certificate of {Names} cannot be used, {Served} stays: {Problem}", names, served, problem);

    private void LogServed(List<FileName> names, ServingCertificate pair, DateTimeOffset now)
    {
        logger.LogInformation(
            EdgeEvent.FileServed.Id(), "Serving {Names} with the certificate in {File}, from {Issuer}, valid until {NotAfter:u}",
            Describe(names), source.Path, pair.Issuer, pair.NotAfter);
        foreach (var name in names.Where(name => !pair.Covers(name.Cell.Name)))
            logger.LogWarning(
                EdgeEvent.FileForOtherName.Id(),
                "The certificate in {File} is not for {Name}; clients will refuse it", source.Path, name.Cell.Name);
        if (pair.NotAfter <= now)
            logger.LogWarning(EdgeEvent.FileExpired.Id(), "The certificate in {File} has expired; clients will refuse it", source.Path);
    }

    private static string Describe(List<FileName> names) => names.Count <= 3
        ? string.Join(", ", names.Select(name => name.Cell.Name))
        : $"{names[0].Cell.Name} and {names.Count - 1} more names";

    private sealed class FileName(CertificateCell cell)
    {
        public CertificateCell Cell => cell;

        /// <summary>Why this name is not served with a pair that others may be served with.</summary>
        public string? Problem { get; set; }
    }
}
