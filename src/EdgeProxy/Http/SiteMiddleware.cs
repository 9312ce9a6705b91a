using EdgeProxy.Sites;
using Microsoft.AspNetCore.Http.Features;

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

/// <summary>Whether the certificate that a client was shown is also good for <paramref name="host"/> (RFC 9110 §7.4).</summary>
/// <param name="connection">The features of its connection, or of a request on that.</param>
/// <param name="host">The host of its request.</param>
/// <returns>True for a connection without TLS.</returns>
internal delegate bool CertificateScope(IFeatureCollection connection, string host);
