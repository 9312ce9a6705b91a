using Serilog.Debugging;

namespace EdgeProxy.Observability;

/// <summary>Collects what Serilog reports to its own log only, for as long as this exists: that a file could not be opened, and nothing is
/// written to it.</summary>
internal sealed class SinkFailure : IDisposable
{
    private readonly Thread _thread = Thread.CurrentThread;

    public SinkFailure() => SelfLog.Enable(Take);

    /// <summary>The first sentence from this thread; null when there was none.</summary>
    public string? Text { get; private set; }

    public void Dispose() => SelfLog.Disable();

    private void Take(string text)
    {
        if (Thread.CurrentThread == _thread)
            Text ??= Sentence(text);
    }

    // "2026-01-31T12:00:00Z SomeSink: unable to open (kind, events)", then the exception: "SomeException: why", and where it came from.
    private static string Sentence(string text)
    {
        var lines = text.Split('\n').Select(line => line.Split(": ", 2)[^1].Trim()).ToArray();
        var what = lines[0].Split(" (")[0];
        return lines is [_, { Length: > 0 } why, ..] ? $"{what}: {why}" : what;
    }
}
