using System.Net;

namespace EdgeProxy.Observability;

/// <summary>Writes one line for each request. Nothing a client sends can break the line or make it long.</summary>
internal sealed partial class AccessLog(ILoggerFactory loggers)
{
    private const string Category = "EdgeProxy.Access";
    private const string None = "-";

    private readonly ILogger _logger = loggers.CreateLogger(Category);

    public bool IsEnabled => _logger.IsEnabled(LogLevel.Information);

    public void Write(in RequestOutcome outcome) => Line(
        _logger,
        outcome.Site ?? None,
        outcome.Client,
        OutsideText.Field(outcome.Method),
        OutsideText.Field(outcome.Target ?? None),
        outcome.Protocol ?? None,
        outcome.Status,
        outcome.Bytes,
        outcome.Duration.TotalMilliseconds,
        outcome.Upstream ?? None,
        outcome.End == ResponseEnd.Done ? "done" : "aborted");

    [LoggerMessage(
        EventId = (int)EdgeEvent.RequestEnded,
        EventName = nameof(EdgeEvent.RequestEnded),
        Level = LogLevel.Information,
        Message = "{Site} {Client} \"{Method} {Target} {Protocol}\" {Status} {Bytes} {Milliseconds:0.0}ms {Upstream} {Outcome}")]
    private static partial void Line(
        ILogger logger,
        string site,
        IPAddress client,
        string method,
        string target,
        string protocol,
        int status,
        long bytes,
        double milliseconds,
        string upstream,
        string outcome);
}
