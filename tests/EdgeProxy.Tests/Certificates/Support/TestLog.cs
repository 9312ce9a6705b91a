using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EdgeProxy.Tests.Certificates;

/// <summary>Keeps what was logged.</summary>
internal sealed class TestLog : ILoggerFactory, ILoggerProvider
{
    private readonly ConcurrentQueue<TestLogLine> _lines = [];

    public IReadOnlyList<TestLogLine> Lines => [.. _lines];

    public string Text => string.Join('\n', _lines);

    public ILogger<T> For<T>() => LoggerFactoryExtensions.CreateLogger<T>(this);

    public ILogger CreateLogger(string categoryName) => new Logger(_lines, categoryName);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private sealed class Logger(ConcurrentQueue<TestLogLine> lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(new TestLogLine(logLevel, category, formatter(state, exception), exception));
    }
}

internal sealed record TestLogLine(LogLevel Level, string Category, string Message, Exception? Exception)
{
    public override string ToString() => $"{Level} {Category}: {Message} {Exception}";
}
