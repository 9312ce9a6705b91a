using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EdgeProxy.Testing;

/// <summary>Keeps what is logged. The access log has a level of its own.</summary>
/// <param name="categories">How the categories begin that are kept.</param>
/// <param name="accessLevel">The level of the access log.</param>
public sealed class TestLog(string categories = "", LogLevel accessLevel = LogLevel.Information) : ILoggerFactory, ILoggerProvider
{
    private const string AccessCategory = "EdgeProxy.Access";

    private readonly ConcurrentQueue<TestLogLine> _lines = [];

    public IReadOnlyList<TestLogLine> Lines => [.. _lines];

    public string Text => string.Join('\n', _lines);

    public IReadOnlyList<string> Access => [.. _lines.Where(line => line.Category == AccessCategory).Select(line => line.Message)];

    /// <summary>Warnings and what is worse.</summary>
    public IReadOnlyList<string> Warnings => [.. _lines.Where(line => line.Level >= LogLevel.Warning).Select(line => line.Message)];

    public IReadOnlyList<string> Errors => [.. _lines.Where(line => line.Level >= LogLevel.Error).Select(line => line.Message)];

    /// <summary>The access lines, once there are as many.</summary>
    public async Task<IReadOnlyList<string>> AccessAsync(int count)
    {
        await Eventually.BecomesTrueAsync(() => Access.Count >= count, () => Text);
        Assert.Equal(count, Access.Count);
        return Access;
    }

    public ILogger<T> For<T>() => LoggerFactoryExtensions.CreateLogger<T>(this);

    public ILogger CreateLogger(string categoryName) => new Logger(_lines, categoryName, LowestOf(categoryName));

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private LogLevel LowestOf(string category)
    {
        if (!category.StartsWith(categories, StringComparison.Ordinal))
            return LogLevel.None;
        if (category == AccessCategory)
            return accessLevel;
        return category.StartsWith("EdgeProxy", StringComparison.Ordinal) ? LogLevel.Trace : LogLevel.Information;
    }

    private sealed class Logger(ConcurrentQueue<TestLogLine> lines, string category, LogLevel lowest) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= lowest && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                lines.Enqueue(new TestLogLine(logLevel, category, formatter(state, exception), exception));
        }
    }
}

/// <summary>What was logged at once.</summary>
public sealed record TestLogLine(LogLevel Level, string Category, string Message, Exception? Exception)
{
    public override string ToString() => $"{Level} {Category}: {Message} {Exception}";
}
