using EdgeProxy.Acme;
using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Storage;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>Keeps every configured name served with a certificate. Each name has a loop of its own, so that none waits for another.
/// <see cref="Apply"/> and <see cref="StopAsync"/> are called by one thread at a time.</summary>
internal sealed class RenewalLoop(CertificateTable table, Func<CertificateSource, string, ICertificateIssuer> createIssuer,
    TimeProvider time, Random random, ILoggerFactory loggers)
{
    // Long enough for a file to be written to its end.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private readonly ILogger _logger = loggers.CreateLogger<RenewalLoop>();
    private readonly List<NameTask> _ending = [];
    private volatile IReadOnlyList<NameTask> _tasks = [];
    private string? _dataDirectory;

    public RenewalLoop(CertificateTable table, IChallengeSolver solver, TimeProvider time, Random random, ILoggerFactory loggers)
        : this(table, new IssuerFactory(solver, time, loggers).Create, time, random, loggers)
    {
    }

    /// <summary>Every configured name, in the order of the configuration.</summary>
    public IReadOnlyList<CertificateStatus> Statuses => [.. _tasks.Select(task => task.Loop.Status)];

    /// <summary>Takes over a configuration. When it returns, every name is served: with what it had, with what is on disk, or with a
    /// placeholder. Names whose source has not changed notice nothing.</summary>
    public void Apply(EdgeConfig config)
    {
        _ending.RemoveAll(task => task.Work.IsCompleted);
        var before = _tasks.ToDictionary(task => task.Name.Name);
        var moved = config.DataDirectory != _dataDirectory;
        if (moved)
            PrepareDirectory(config.DataDirectory);
        var after = new List<NameTask>();
        foreach (var name in config.Sites.SelectMany(site => site.Names))
        {
            var present = before.GetValueOrDefault(name.Name);
            // A name that was removed a moment ago may still be busy.
            var previous = present ?? _ending.FindLast(task => task.Name.Name == name.Name);
            after.Add(present is not null && present.Name == name && !moved ? present : Create(name, config.DataDirectory, previous));
        }

        var begun = after.Except(_tasks).ToList();
        End(_tasks.Except(after));
        _tasks = after;
        _dataDirectory = config.DataDirectory;
        table.Publish(after.Select(task => KeyValuePair.Create(task.Name.Name, task.Loop.Current)));
        foreach (var task in begun)
            task.Start();
        if (!ExactChain.IsSupported)
            _logger.LogWarning("This .NET runtime rebuilds certificate chains from the machine's trust store; cross-signed roots may be left out");
    }

    /// <summary>Takes over certificate files that have changed now instead of within two seconds.</summary>
    public async Task CheckFilesAsync(CancellationToken cancellationToken)
    {
        var seen = _tasks.Select(task => task.Loop).OfType<FileCertificateLoop>().Select(loop => (Loop: loop, Files: loop.Read())).ToList();
        if (seen.Count == 0)
            return;
        await Task.Delay(BetweenLooks, time, cancellationToken);
        foreach (var (loop, files) in seen)
            loop.TakeIfStill(files);
    }

    /// <summary>Ends all loops. What is served goes on being served.</summary>
    public async Task StopAsync()
    {
        End(_tasks);
        _tasks = [];
        await Task.WhenAll(_ending.Select(task => task.Work));
    }

    private void End(IEnumerable<NameTask> tasks)
    {
        foreach (var task in tasks)
        {
            task.Dispose();
            _ending.Add(task);
        }
    }

    private void PrepareDirectory(string dataDirectory)
    {
        try
        {
            PrivateFolder.Create(dataDirectory);
            AtomicFile.RemoveLeftovers(dataDirectory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _logger.LogError("The data directory {Directory} cannot be prepared. What it holds is served, but no certificate can be obtained: {Reason}",
                dataDirectory, error.Message);
        }
    }

    private NameTask Create(SiteName name, string dataDirectory, NameTask? previous)
    {
        // A name that gets another source keeps what it has until that source delivers.
        var loop = CreateLoop(name, dataDirectory, previous?.Loop.Current);
        return new NameTask(name, loop, previous?.Work ?? Task.CompletedTask);
    }

    private ICertificateLoop CreateLoop(SiteName name, string dataDirectory, ServingCertificate? inherited) => name.Certificate switch
    {
        CertificateSource.File file => new FileCertificateLoop(
            name.Name, file, inherited, table, time, loggers.CreateLogger<FileCertificateLoop>()),
        var source => new IssuanceLoop(
            name.Name, source, createIssuer(source, dataDirectory), inherited, new CertificateStore(dataDirectory, loggers.CreateLogger<CertificateStore>()),
            table, time, new Random(random.Next()), loggers.CreateLogger<IssuanceLoop>()),
    };
}
