using System.Diagnostics.CodeAnalysis;
using Serilog.Extensions.Logging;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace EdgeProxy.Observability;

/// <summary>The process's log. Its section can change while loggers made from it live on, and no call of them ever waits for a
/// sink.</summary>
internal sealed class ReloadableLog : ILoggerFactory
{
    private static readonly TimeSpan OpenPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(2);

    private readonly LogQueue _queue;
    private readonly ILogger _logger;
    private LogSinks _sinks;
    private volatile SerilogLoggerProvider _events;

    private ReloadableLog(IConfigurationRoot root, LogSinks sinks)
    {
        _sinks = sinks;
        _queue = new LogQueue(sinks, ReportDropped);
        _events = Events(root);
        _logger = CreateLogger(typeof(ReloadableLog).FullName!);
    }

    /// <summary>Opens what the section names and begins to write.</summary>
    /// <returns>Null when that is not possible; <paramref name="problem"/> says why.</returns>
    public static ReloadableLog? Start(IConfigurationRoot root, [NotNullWhen(false)] out string? problem)
    {
        try
        {
            var sinks = new LogSinks(root);
            var log = new ReloadableLog(root, sinks);
            sinks.Open();
            log._queue.Start();
            problem = null;
            return log;
        }
        // A sink may throw anything when it is made.
        catch (Exception exception)
        {
            problem = Logging.Sentence(exception);
            return null;
        }
    }

    /// <summary>Does everything about a new section that can fail. Until the change is committed or disposed of, lines wait.</summary>
    public async Task<LogChange> PrepareAsync(IConfigurationRoot root)
    {
        try
        {
            var (events, sinks) = (Events(root), new LogSinks(root));
            if (sinks.AreThoseOf(_sinks))
                return new LogChange(null, () => _events = events, () => { });

            var change = new SinkChange(sinks);
            _queue.Accept(change);
            return new LogChange(await ProblemAsync(change), () => Commit(events, sinks, change), change.Abandon);
        }
        catch (Exception exception)
        {
            return new LogChange(Logging.Sentence(exception), () => { }, () => { });
        }
    }

    public ILogger CreateLogger(string categoryName) => new CategoryLogger(this, categoryName);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    /// <summary>Writes what is still queued, for as long as that makes sense.</summary>
    public void Dispose() => _queue.Close(ClosePatience);

    private static async Task<string?> ProblemAsync(SinkChange change)
    {
        try
        {
            return await change.Made.WaitAsync(OpenPatience);
        }
        catch (TimeoutException)
        {
            change.Abandon();
            return "cannot be changed while the present log is stuck: is nobody reading it?";
        }
    }

    private void Commit(SerilogLoggerProvider events, LogSinks sinks, SinkChange change)
    {
        _events = events;
        _sinks = sinks;
        change.Commit();
    }

    private SerilogLoggerProvider Events(IConfigurationRoot root) => new(Logging.Events(root).WriteTo.Sink(_queue).CreateLogger());

    private void ReportDropped(long count) => _logger.LogWarning(
        EdgeEvent.LinesDropped.Id(), "{Count} log lines were dropped because the lines before them were not read fast enough", count);

    /// <summary>A category's logger of whatever section is in force.</summary>
    private sealed class CategoryLogger(ReloadableLog log, string category) : ILogger
    {
        private Bound? _bound;

        private ILogger Current
        {
            get
            {
                var events = log._events;
                if (_bound is { } bound && bound.Events == events)
                    return bound.Logger;
                return (_bound = new Bound(events, events.CreateLogger(category))).Logger;
            }
        }

        public bool IsEnabled(LogLevel logLevel) => Current.IsEnabled(logLevel);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => Current.BeginScope(state);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Current.Log(logLevel, eventId, state, exception, formatter);

        private sealed record Bound(SerilogLoggerProvider Events, ILogger Logger);
    }
}
