using EdgeProxy.Observability;

namespace EdgeProxy.Http;

/// <summary>The boundary around everything that answers a request: no exception passes it, and no response that broke off ends as if it
/// were whole.</summary>
internal sealed partial class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (ClientIsGone(context, exception))
        {
            if (!context.Response.HasStarted)
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (BadHttpRequestException exception)
        {
            await FailAsync(context, exception.StatusCode);
        }
        catch (IOException exception) when (exception.InnerException is OverflowException)
        {
            // Kestrel says so of a chunk whose size is no number that it can hold.
            await FailAsync(context, StatusCodes.Status400BadRequest);
        }
        catch (Exception exception)
        {
            Failed(logger, exception);
            await FailAsync(context, StatusCodes.Status500InternalServerError);
        }
    }

    private static bool ClientIsGone(HttpContext context, Exception exception) =>
        exception is OperationCanceledException or IOException and not BadHttpRequestException
        && context.RequestAborted.IsCancellationRequested;

    private static Task FailAsync(HttpContext context, int status)
    {
        if (!context.Response.HasStarted)
            return ErrorBody.WriteAsync(context, status);
        RequestNotes.Of(context).IsCut = true;
        context.Abort();
        return Task.CompletedTask;
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        EventId = (int)EdgeEvent.RequestFailed,
        EventName = nameof(EdgeEvent.RequestFailed),
        Message = "A request failed inside the proxy")]
    private static partial void Failed(ILogger logger, Exception exception);
}
