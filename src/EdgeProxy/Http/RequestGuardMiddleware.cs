using EdgeProxy.Sites;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace EdgeProxy.Http;

/// <summary>Refuses a request that is malformed (400), has too long a head (431) or a body over the site's limit (413), asks for a tunnel
/// (501), or has passed this proxy before (508). Lets the body of a conversation be as slow as it likes.</summary>
internal sealed class RequestGuardMiddleware(RequestDelegate next)
{
    private const string WebSocket = "websocket";

    public Task InvokeAsync(HttpContext context)
    {
        var facts = RequestFacts.Of(context);
        if (RequestTarget.IsMalformed(facts.RawTarget) || RequestHead.IsMalformed(context))
            return ErrorBody.WriteAsync(context, StatusCodes.Status400BadRequest);
        if (HttpMethods.IsConnect(context.Request.Method) && !OpensWebSocket(context))
            return ErrorBody.WriteAsync(context, StatusCodes.Status501NotImplemented);
        if (RequestHead.IsTooLarge(context))
            return ErrorBody.WriteAsync(context, StatusCodes.Status431RequestHeaderFieldsTooLarge);
        if (LoopMark.IsIn(context.Request.Headers[LoopMark.Header]))
            return ErrorBody.WriteAsync(context, StatusCodes.Status508LoopDetected);
        if (RequestKind.IsConversation(context.Request) && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        return LimitBody(context, facts.Site.Config.MaxRequestBodySize)
            ? next(context)
            : ErrorBody.WriteAsync(context, StatusCodes.Status413PayloadTooLarge);
    }

    // RFC 8441 §4: the one protocol that a CONNECT may ask for here.
    private static bool OpensWebSocket(HttpContext context) =>
        context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect
        && string.Equals(connect.Protocol, WebSocket, StringComparison.OrdinalIgnoreCase);

    private static bool LimitBody(HttpContext context, long? limit)
    {
        // A WebSocket over HTTP/2 arrives as CONNECT: it has no body, only a stream without a length that could be limited.
        if (HttpMethods.IsConnect(context.Request.Method))
            limit = null;
        var chunked = context.Request.Headers.TransferEncoding.Count > 0;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
            server.MaxRequestBodySize = chunked ? null : limit;
        if (chunked && limit is { } bytes)
            context.Request.Body = new LimitedBody(context.Request.Body, bytes);
        return !(context.Request.ContentLength > limit);
    }
}
