using EdgeProxy.Observability;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Http;

/// <summary>Writes the outcome of each request to the access log when it has ended. Does nothing while that is off.</summary>
internal sealed class AccessLogMiddleware(RequestDelegate next, AccessLog log, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context) => log.IsEnabled ? LogAsync(context) : next(context);

    private async Task LogAsync(HttpContext context)
    {
        var start = time.GetTimestamp();
        var body = new AccessLogBody(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        context.Features.Set<IHttpResponseBodyFeature>(body);
        try
        {
            await next(context);
        }
        finally
        {
            context.Features.Set(body.Inner);
            log.Write(Outcome(context, body.BytesWritten, time.GetElapsedTime(start)));
        }
    }

    private static RequestOutcome Outcome(HttpContext context, long bytes, TimeSpan duration)
    {
        var facts = context.Features.Get<RequestFacts>();
        var notes = context.Features.Get<RequestNotes>();
        var isCut = notes is { IsCut: true } || context.RequestAborted.IsCancellationRequested;
        return new RequestOutcome
        {
            Site = facts?.Site.Name,
            Client = facts?.ClientAddress ?? PlainAddress.Of(context.Connection.RemoteIpAddress),
            Method = context.Request.Method,
            Target = RequestTarget.Raw(context),
            Protocol = context.Request.Protocol,
            Status = context.Response.StatusCode,
            Bytes = bytes,
            Duration = duration,
            Upstream = notes?.Upstream,
            End = isCut ? ResponseEnd.Aborted : ResponseEnd.Done,
        };
    }
}
