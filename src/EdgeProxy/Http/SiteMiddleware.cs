using EdgeProxy.Sites;

namespace EdgeProxy.Http;

/// <summary>Finds the site a request is for and notes the <see cref="RequestFacts"/>; refuses what no site answers to. Behind it every
/// request has a site.</summary>
internal sealed class SiteMiddleware(RequestDelegate next, CurrentSites sites, CertificateScope isInScope)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (RequestFacts.Find(context, sites.Table) is not { } facts)
            return ErrorBody.WriteAsync(context, StatusCodes.Status404NotFound);
        context.Features.Set(facts);
        // RFC 9110 §7.4: a connection is authoritative only for what its certificate names.
        return isInScope(context.Features, facts.Host)
            ? next(context)
            : ErrorBody.WriteAsync(context, StatusCodes.Status421MisdirectedRequest);
    }
}
