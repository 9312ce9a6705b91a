using EdgeProxy.Acme;
using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Observability;
using EdgeProxy.Storage;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>Keeps every configured name served with a certificate. Each name has a loop of its own, so that none waits for another; names
/// with the same PEM pair share one. Safe to call from any thread.</summary>
internal sealed class CertificateKeeper(CertificateTable table, Func<CertificateSource, Stores, ICertificateIssuer> createIssuer,
    TimeProvider time, Random random, ILoggerFactory loggers)
{
    // Long enough for a file to be written to its end.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private readonly ILogger _logger = loggers.CreateLogger<CertificateKeeper>();
    private readonly Lock _lock = new();
    private readonly Dictionary<CertificateSource.File, LoopTask> _files = [];

    /// <summary>The names whose loops were told to end and are still busy.</summary>
    private readonly List<KeptName> _ending = [];
    private volatile IReadOnlyList<KeptName> _names = [];
    private string? _dataDirectory;
    private volatile Stores? _stores;
    private bool _isStopped;

    public CertificateKeeper(CertificateTable table, IChallengeSolver solver, TimeProvider time, Random random, ILoggerFactory loggers)
        : this(table, new Issuers((_, _) => solver, time, loggers).Create, time, random, loggers)
    {
    }

    private SemaphoreSlim Preparing { get; } = new(1);

    /// <summary>Every configured name, in the order of the configuration.</summary>
    public IReadOnlyList<CertificateStatus> Statuses => [.. _names.Select(name => name.Status)];

    /// <summary>That of one name; null for one that is not configured.</summary>
    public CertificateStatus? Find(string name) => _names.FirstOrDefault(kept => kept.Name.Name == name)?.Status;

    /// <summary>Takes over a configuration. When it returns, every name is served: with what it had, with what is on disk, or with a
    /// placeholder. Names whose source has not changed notice nothing. It does not fail: what may fail is left to the loops.</summary>
    public void Apply(EdgeConfig config)
    {
        lock (_lock)
        {
            if (_isStopped)
                return;
            _ending.RemoveAll(name => name.Task.Work.IsCompleted);
            var hasMoved = config.DataDirectory != _dataDirectory;
            if (hasMoved)
                _stores = Stores.OpenAsync(config.DataDirectory, time, loggers, CancellationToken.None).GetAwaiter().GetResult();
            _dataDirectory = config.DataDirectory;
            Replace(config.Sites.SelectMany(site => site.Names), hasMoved);
        }

        if (!ExactChain.IsSupported)
            _logger.LogWarning(
                EdgeEvent.ChainsRebuilt.Id(),
                "This .NET runtime rebuilds certificate chains from the machine's trust store; cross-signed roots may be left out");
    }

    /// <summary>The key authorization of a challenge that another process on the data directory has opened, if there is one.</summary>
    public async Task<string?> FindChallengeAsync(string token, CancellationToken cancellationToken)
    {
        try
        {
            return _stores is { } stores ? await stores.Challenges.FindAsync(token, cancellationToken) : null;
        }
        catch (DataDirectoryException exception)
        {
            _logger.LogError(
                EdgeEvent.ChallengesOfOthersUnknown.Id(),
                "Whether another process has opened the challenge that a CA asks for cannot be found out: {Reason}", exception.Message);
            return null;
        }
    }

    /// <summary>Takes over certificate files that have changed now instead of within two seconds.</summary>
    public async Task CheckFilesAsync(CancellationToken cancellationToken)
    {
        List<FileCertificateLoop> loops;
        lock (_lock)
            loops = [.. _files.Values.Select(task => task.Loop).Cast<FileCertificateLoop>()];
        if (loops.Count == 0)
            return;
        var seen = loops.ConvertAll(loop => loop.Read());
        await Task.Delay(BetweenLooks, time, cancellationToken);
        foreach (var (loop, files) in loops.Zip(seen))
            await loop.TryTakeIfStillAsync(files, cancellationToken);
    }

    /// <summary>Ends all loops, and starts none any more. What is served goes on being served.</summary>
    public async Task StopAsync()
    {
        List<Task> work;
        lock (_lock)
        {
            _isStopped = true;
            work = [.. _names.Concat(_ending).Select(name => name.Task.Work).Distinct()];
            foreach (var task in _names.Select(name => name.Task).Distinct())
                task.Dispose();
            _names = [];
        }

        await Task.WhenAll(work);
    }

    private void Replace(IEnumerable<SiteName> names, bool hasMoved)
    {
        var before = _names.ToDictionary(kept => kept.Name.Name);
        var busy = _ending.ToLookup(kept => kept.Name.Name);
        var (after, begun) = (new List<KeptName>(before.Count), new List<LoopTask>());
        foreach (var name in names)
        {
            var present = before.GetValueOrDefault(name.Name);
            if (present?.Name == name && (!hasMoved || name.Certificate is CertificateSource.File))
            {
                before.Remove(name.Name);
                after.Add(present);
            }
            else
            {
                // A name that was removed a moment ago may still be busy.
                List<KeptName> previous = present is null ? [.. busy[name.Name]] : [.. busy[name.Name], present];
                after.Add(name.Certificate is CertificateSource.File file
                    ? Begin(name, file, previous, begun)
                    : Begin(name, previous, begun));
            }
        }

        foreach (var gone in before.Values)
            End(gone);
        _names = after;
        if (!after.Select(kept => kept.Cell).SequenceEqual(table.Cells))
            table.Publish([.. after.Select(kept => kept.Cell)]);
        foreach (var task in begun)
            task.Start();
    }

    private KeptName Begin(SiteName name, CertificateSource.File file, List<KeptName> previous, List<LoopTask> begun)
    {
        if (!_files.TryGetValue(file, out var task))
        {
            var loop = new FileCertificateLoop(file, time, loggers.CreateLogger<FileCertificateLoop>());
            task = new LoopTask(loop, Task.CompletedTask, Preparing);
            _files.Add(file, task);
            begun.Add(task);
        }

        return new KeptName(name, ((FileCertificateLoop)task.Loop).Add(name.Name, Inherited(previous)), task);
    }

    private KeptName Begin(SiteName name, List<KeptName> previous, List<LoopTask> begun)
    {
        // Only loops of this kind use the name's folder, one at a time.
        var predecessor = Task.WhenAll(
            previous.Select(kept => kept.Task).Where(task => task.Loop is RenewalLoop).Select(task => task.Work));
        var loop = new RenewalLoop(name.Name, createIssuer(name.Certificate, _stores!), Inherited(previous), _stores!.Certificates,
            predecessor, time, new Random(random.Next()), loggers.CreateLogger<RenewalLoop>());
        var task = new LoopTask(loop, predecessor, Preparing);
        begun.Add(task);
        return new KeptName(name, loop.Cell, task);
    }

    /// <summary>A name that gets another source keeps what it has until that source delivers.</summary>
    private static ServingCertificate? Inherited(List<KeptName> previous) => previous is [.., var last] ? last.Cell.Certificate : null;

    private void End(KeptName name)
    {
        if (name.Task.Loop is FileCertificateLoop loop)
        {
            loop.Remove(name.Cell);
            if (loop.IsNeeded)
                return;
            _files.Remove((CertificateSource.File)name.Name.Certificate);
        }

        name.Task.Dispose();
        _ending.Add(name);
    }
}
