using EdgeProxy.Sites;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace EdgeProxy.Proxy;

/// <summary>Keeps slow bodies away from upstreams: none is connected before the body's first bytes are here, or, where the site says so,
/// before all of it is. How slow a body may be at all is the guard's decision.</summary>
internal static class RequestBody
{
    /// <summary>What is kept in memory of a body that is buffered; the rest goes to a file that only this user can read and that is gone
    /// when the request ends.</summary>
    private const int MemoryThreshold = 64 * 1024;

    /// <exception cref="BadHttpRequestException">The body is too slow, too long or malformed.</exception>
    public static ValueTask ArriveAsync(HttpContext context, bool isBuffered)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true || RequestKind.IsConversation(context.Request))
            return ValueTask.CompletedTask;
        // An empty buffer waits for bytes and takes none.
        return isBuffered ? BufferAsync(context) : new(context.Request.Body.ReadAsync(Memory<byte>.Empty, context.RequestAborted).AsTask());
    }

    private static async ValueTask BufferAsync(HttpContext context)
    {
        var request = context.Request;
        request.EnableBuffering(MemoryThreshold);
        await request.Body.DrainAsync(context.RequestAborted);
        // The upstream is told how long it is, as the body is no stream any more.
        request.Headers.TransferEncoding = default;
        request.ContentLength = request.Body.Length;
        request.Body.Position = 0;
    }
}
