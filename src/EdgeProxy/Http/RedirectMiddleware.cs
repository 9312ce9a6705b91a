using System.Globalization;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Sites;

namespace EdgeProxy.Http;

/// <summary>Sends plain http to https, and a site that only redirects to its target: https first, so that the first hop stays on the host.
/// The host written is always one that a site has; path and query are the client's bytes.</summary>
internal sealed class RedirectMiddleware(RequestDelegate next, CurrentSites sites)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<RequestSite>() is not { } request)
            return next(context);
        if (request.Site.HttpsRedirect && IsPlain(context, request))
            return Redirect(context, request.Site, HttpsOrigin(request.Host, sites.Table.Config.Listeners.PublicHttpsPort));
        if (request.Site.Target is SiteTarget.Redirect target)
            return Redirect(context, request.Site, Prefix(target.Location));
        return next(context);
    }

    private static Task Redirect(HttpContext context, Site site, string prefix)
    {
        context.Response.StatusCode = site.RedirectStatusCode;
        context.Response.Headers.Location = string.Concat(prefix, RequestTarget.PathAndQuery(RequestTarget.Raw(context)));
        return Task.CompletedTask;
    }

    // A trusted proxy that took TLS off says so; sending its client to https again would never end.
    private static bool IsPlain(HttpContext context, RequestSite request) =>
        ListenerFeature.Of(context) == ListenerKind.Http && !(request.PeerIsTrusted && ForwardedProto(context) == "https");

    private static string? ForwardedProto(HttpContext context)
    {
        var text = context.Request.Headers["X-Forwarded-Proto"].ToString();
        return text[(text.LastIndexOf(',') + 1)..].Trim().ToLowerInvariant();
    }

    private static string HttpsOrigin(string host, int port)
    {
        var name = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        return port == 443 ? $"https://{name}" : string.Create(CultureInfo.InvariantCulture, $"https://{name}:{port}");
    }

    private static string Prefix(Uri location)
    {
        var host = location.HostNameType == UriHostNameType.IPv6 ? $"[{location.IdnHost}]" : location.IdnHost;
        var port = location.IsDefaultPort ? "" : string.Create(CultureInfo.InvariantCulture, $":{location.Port}");
        return $"{location.Scheme}://{host}{port}{location.AbsolutePath.TrimEnd('/')}";
    }
}
