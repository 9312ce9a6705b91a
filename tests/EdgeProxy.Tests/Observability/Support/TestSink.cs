using System.Collections.Concurrent;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;

namespace EdgeProxy.Tests.Observability;

/// <summary>What a section names to have its lines kept, by a sink that can be made to stall.</summary>
internal sealed class TestSink : IDisposable
{
    private static readonly ConcurrentDictionary<string, TestSink> All = new();

    private readonly string _name = Guid.NewGuid().ToString("N");
    private readonly ManualResetEventSlim _goOn = new(true);
    private readonly ConcurrentQueue<string> _lines = new();
    private volatile bool _isStalled;
    private int _opened;

    private TestSink()
    {
    }

    public IReadOnlyList<string> Lines => [.. _lines];

    public int Opened => _opened;

    /// <summary>Members of the section <c>Serilog</c>.</summary>
    public string Section => $$"""
        "Using": [ "EdgeProxy.Tests" ], "WriteTo": [ { "Name": "Test", "Args": { "name": "{{_name}}" } } ]
        """;

    public static TestSink Create()
    {
        var sink = new TestSink();
        All[sink._name] = sink;
        return sink;
    }

    public static ILogEventSink Open(string name)
    {
        var sink = All[name];
        sink._opened++;
        return new Sink(sink);
    }

    public void Stall() => _goOn.Reset();

    public void GoOn() => _goOn.Set();

    public Task WaitForAsync(string text) => Eventually.BecomesTrueAsync(
        () => _lines.Any(line => line.Contains(text, StringComparison.Ordinal)), () => $"looked for: {text}\n{string.Join('\n', _lines)}");

    public Task WaitUntilStalledAsync() => Eventually.BecomesTrueAsync(() => _isStalled);

    public void Dispose() => _goOn.Set();

    private sealed class Sink(TestSink owner) : ILogEventSink
    {
        public void Emit(LogEvent logEvent)
        {
            owner._isStalled = true;
            owner._goOn.Wait();
            owner._lines.Enqueue(logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}

/// <summary>Where Serilog finds the sink's name. Public, because it looks nowhere else.</summary>
public static class TestSinkExtensions
{
    public static LoggerConfiguration Test(this LoggerSinkConfiguration writeTo, string name) => writeTo.Sink(TestSink.Open(name));
}
