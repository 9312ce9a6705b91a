using Serilog.Core;
using Serilog.Events;

namespace EdgeProxy.Observability;

/// <summary>The sinks that one configuration names. Used by one thread at a time; closed ones open again with the next line.</summary>
internal sealed class LogSinks(IConfigurationRoot root)
{
    private readonly string _text = SerilogSection.SinksText(root);
    private Logger? _logger;

    public bool AreThoseOf(LogSinks other) => _text == other._text;

    /// <exception cref="Exception">Whatever a sink throws when it is made.</exception>
    public void Open()
    {
        if (_logger is not null)
            return;
        using var failure = new SinkFailure();
        _logger = Logging.Sinks(root).CreateLogger();
        if (failure.Text is not { } text)
            return;
        Close();
        throw new IOException(text);
    }

    public void Write(LogEvent logEvent)
    {
        Open();
        _logger!.Write(logEvent);
    }

    public void Close()
    {
        try
        {
            _logger?.Dispose();
        }
        catch (Exception)
        {
            // There is no other log that could report a sink that cannot write its last lines.
        }

        _logger = null;
    }
}
