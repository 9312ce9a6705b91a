using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EdgeProxy.Tests.Http;

/// <summary>Keeps what is logged. The access category has a level of its own.</summary>
internal sealed class LogLines(LogLevel accessLevel) : ILoggerProvider
{
    private readonly LogLevel _accessLevel = accessLevel;
    private readonly ConcurrentQueue<(string Category, LogLevel Level, string Text)> _lines = new();

    public IReadOnlyList<string> Access => [.. _lines.Where(line => line.Category == "EdgeProxy.Access").Select(line => line.Text)];

    public IReadOnlyList<string> Warnings => [.. _lines.Where(line => line.Level >= LogLevel.Warning).Select(line => line.Text)];

    public IReadOnlyList<string> Errors => [.. _lines.Where(line => line.Level >= LogLevel.Error).Select(line => line.Text)];

    /// <summary>The access lines, once there are as many.</summary>
    public async Task<IReadOnlyList<string>> AccessAsync(int count)
    {
        for (var attempt = 0; Access.Count < count && attempt < 1000; attempt++)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(count, Access.Count);
        return Access;
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(LogLines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= (category == "EdgeProxy.Access" ? lines._accessLevel : LogLevel.Information);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines._lines.Enqueue((category, logLevel, formatter(state, exception)));
    }
}
