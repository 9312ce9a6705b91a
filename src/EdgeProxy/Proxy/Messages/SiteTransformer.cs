using System.Globalization;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;

namespace EdgeProxy.Proxy.Messages;

/// <summary>Makes the upstream's request out of the client's, and the client's response out of the upstream's: everything as it came,
/// except for what is about one connection only and what tells who asked.</summary>
internal sealed class SiteTransformer(HostHeader host, ForwardedHeaders forwarded) : HttpTransformer
{
    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        var site = httpContext.Features.GetRequiredFeature<RequestSite>();
        CopyHeaders(httpContext, proxyRequest, site);
        forwarded.Write(httpContext, site, proxyRequest.Headers);
        proxyRequest.Headers.Host = HostFor(httpContext, site);
        var rawTarget = httpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        proxyRequest.RequestUri = UpstreamUri.Create(destinationPrefix, rawTarget);
        return default;
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
            return false;
        UpstreamResponse.Check(proxyResponse);
        await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        HopByHopHeaders.RemoveNamed(proxyResponse.Headers, httpContext.Response.Headers);
        // YARP holds a head back until the body begins.
        if (UpstreamResponse.IsStream(proxyResponse))
            await httpContext.Response.Body.FlushAsync(cancellationToken);
        return true;
    }

    private static void CopyHeaders(HttpContext context, HttpRequestMessage upstream, RequestSite site)
    {
        var headers = context.Request.Headers;
        var further = HopByHopHeaders.FurtherIn(headers);
        foreach (var (name, values) in headers)
        {
            if (name[0] == ':'
                || HopByHopHeaders.Names.Contains(name)
                || ForwardedHeaders.IsForged(name, site.PeerIsTrusted)
                || (further is not null && further.Contains(name, StringComparer.OrdinalIgnoreCase)))
            {
                continue;
            }

            AddHeader(upstream, name, values);
        }

        if (headers.TE.ToString().Contains("trailers", StringComparison.OrdinalIgnoreCase))
            upstream.Headers.TryAddWithoutValidation(HeaderNames.TE, "trailers");
    }

    private static void AddHeader(HttpRequestMessage upstream, string name, StringValues values)
    {
        var added = values.Count == 1
            ? upstream.Headers.TryAddWithoutValidation(name, values[0])
            : upstream.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        // A header of the body, even where there is no body: only YARP may make a body for it.
        if (!added)
            RequestTransform.AddHeader(new RequestTransformContext { ProxyRequest = upstream }, name, values);
    }

    private string? HostFor(HttpContext context, RequestSite site) => host switch
    {
        HostHeader.Literal literal => literal.Value,
        HostHeader.FromUpstream => null,
        HostHeader.PreserveWithPort => string.Create(
            CultureInfo.InvariantCulture, $"{(site.Host.Contains(':') ? $"[{site.Host}]" : site.Host)}:{context.Connection.LocalPort}"),
        _ => site.ClientHost,
    };
}
