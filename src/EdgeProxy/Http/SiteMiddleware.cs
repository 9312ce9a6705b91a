using System.Buffers;
using System.Net;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Http;

/// <summary>Finds the site a request is for and sets <see cref="RequestSite"/>; refuses what no site answers to. Behind it every request has a site.</summary>
/// <param name="next">What answers for a site.</param>
/// <param name="sites">Read once per request.</param>
/// <param name="sharesCertificate">Whether the certificate shown for the first name (the TLS name, empty when the client sent none) at the
/// local address is also good for the second (the host).</param>
internal sealed class SiteMiddleware(RequestDelegate next, CurrentSites sites, Func<string, IPAddress?, string, bool> sharesCertificate)
{
    // A Host header may hold more (sub-delims, a wildcard's asterisk); no host that a redirect may name does.
    private static readonly SearchValues<char> HostCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.:");

    public Task InvokeAsync(HttpContext context)
    {
        var table = sites.Table;
        if (Find(context, table) is not { } request)
            return ErrorBody.WriteAsync(context, StatusCodes.Status404NotFound);
        context.Features.Set(request);

        if (IsMisdirected(context, request.Host))
            return ErrorBody.WriteAsync(context, StatusCodes.Status421MisdirectedRequest);
        if (RequestTarget.IsMalformed(RequestTarget.Raw(context)))
            return ErrorBody.WriteAsync(context, StatusCodes.Status400BadRequest);
        if (IsTunnel(context))
            return ErrorBody.WriteAsync(context, StatusCodes.Status405MethodNotAllowed);
        if (RequestHead.IsTooLarge(context))
            return ErrorBody.WriteAsync(context, StatusCodes.Status431RequestHeaderFieldsTooLarge);
        return LimitBody(context, request.Site.MaxRequestBodySize) ? next(context) : ErrorBody.WriteAsync(context, StatusCodes.Status413PayloadTooLarge);
    }

    private static RequestSite? Find(HttpContext context, SiteTable table)
    {
        var clientHost = context.Request.Headers.Host.ToString();
        var host = HostName.FromWire(clientHost);
        if (host.Length == 0 || host.AsSpan().ContainsAnyExcept(HostCharacters) || table.Find(host) is not { } site)
            return null;

        var trusted = table.Config.TrustedProxies;
        var peer = PlainAddress.Of(context.Connection.RemoteIpAddress);
        return ClientAddress.IsTrusted(trusted, peer)
            ? new(site, host, clientHost, true, ClientAddress.Find(trusted, peer, context.Request.Headers["X-Forwarded-For"]))
            : new(site, host, clientHost, false, peer);
    }

    // RFC 9110 §7.4: a connection is authoritative only for what its certificate names.
    private bool IsMisdirected(HttpContext context, string host)
    {
        if (context.Features.Get<ITlsHandshakeFeature>() is not { } tls)
            return false;
        return !sharesCertificate(tls.HostName, context.Connection.LocalIpAddress, host);
    }

    private static bool IsTunnel(HttpContext context) =>
        HttpMethods.IsConnect(context.Request.Method) && context.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect != true;

    private static bool LimitBody(HttpContext context, long? limit)
    {
        // What is left of CONNECT here is a WebSocket over HTTP/2: no body, and no end that it could be measured by.
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
