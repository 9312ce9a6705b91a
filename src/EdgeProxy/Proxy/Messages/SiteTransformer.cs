using System.Globalization;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Sites;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;

namespace EdgeProxy.Proxy.Messages;

/// <summary>Makes the upstream's request out of the client's, and the client's response out of the upstream's: everything as it came,
/// except for what is about one connection only and what tells who asked.</summary>
internal sealed class SiteTransformer(HostHeader host) : HttpTransformer
{
    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        var facts = RequestFacts.Of(httpContext);
        CopyHeaders(httpContext, proxyRequest, facts);
        ForwardedHeaders.Write(httpContext, facts, proxyRequest.Headers);
        ForwardedHeaders.Mark(proxyRequest.Headers);
        proxyRequest.Headers.Host = HostFor(facts);
        proxyRequest.RequestUri = UpstreamUri.Create(destinationPrefix, facts.RawTarget);
        return default;
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
            return false;
        UpstreamResponse.Check(proxyResponse);
        await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        MessagePolicy.Complete(proxyResponse, httpContext.Response.Headers);
        // YARP holds a head back until the body begins.
        if (UpstreamResponse.IsStream(proxyResponse))
            await httpContext.Response.Body.FlushAsync(cancellationToken);
        return true;
    }

    private static void CopyHeaders(HttpContext context, HttpRequestMessage upstream, RequestFacts facts)
    {
        var headers = context.Request.Headers;
        var further = MessagePolicy.FurtherHeadersThatStay(headers);
        foreach (var (name, values) in headers)
        {
            if (name[0] == ':'
                || MessagePolicy.RequestHeadersThatStay.Contains(name)
                || ForwardedHeaders.IsForged(name, facts.PeerIsTrusted)
                || further?.Contains(name) == true)
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

    private string? HostFor(RequestFacts facts) => host switch
    {
        HostHeader.Literal literal => literal.Value,
        HostHeader.FromUpstream => null,
        HostHeader.PreserveWithPort => string.Create(CultureInfo.InvariantCulture, $"{HostName.InUrl(facts.Host)}:{facts.LocalPort}"),
        _ => facts.ClientHost,
    };
}
