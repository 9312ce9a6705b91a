using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Observability;

/// <summary>Writes one line for each request when it ends. Costs nothing while the category is off.</summary>
/// <param name="next">The rest of the pipeline.</param>
/// <param name="subject">Asked when the request has ended; null leaves it out of the log.</param>
/// <param name="loggers">Makes the logger of <see cref="AccessLog.Category"/>.</param>
/// <param name="clock">Measures the duration.</param>
internal sealed class AccessLogMiddleware(
    RequestDelegate next, Func<HttpContext, AccessLogSubject?> subject, ILoggerFactory loggers, TimeProvider clock)
{
    private readonly ILogger _logger = loggers.CreateLogger(AccessLog.Category);

    public Task InvokeAsync(HttpContext context) => _logger.IsEnabled(LogLevel.Information) ? LogAsync(context) : next(context);

    private async Task LogAsync(HttpContext context)
    {
        var start = clock.GetTimestamp();
        var body = new AccessLogBody(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        context.Features.Set<IHttpResponseBodyFeature>(body);
        try
        {
            await next(context);
        }
        finally
        {
            context.Features.Set(body.Inner);
            if (subject(context) is { } known)
                Write(context, known, body.BytesWritten, clock.GetElapsedTime(start));
        }
    }

    private void Write(HttpContext context, AccessLogSubject known, long bytes, TimeSpan duration) => AccessLog.Line(
        _logger,
        known.Site,
        known.Client,
        AccessLog.Safe(context.Request.Method),
        AccessLog.Safe(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget),
        context.Request.Protocol,
        context.Response.StatusCode,
        bytes,
        duration.TotalMilliseconds,
        context.Features.Get<UpstreamUsed>()?.Address ?? "-",
        IsCut(context) ? "aborted" : "done");

    private static bool IsCut(HttpContext context) =>
        context.RequestAborted.IsCancellationRequested || context.Features.Get<ResponseCut>() is not null;
}
