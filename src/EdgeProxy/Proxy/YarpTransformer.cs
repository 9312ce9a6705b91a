using EdgeProxy.Configuration.Model;
using EdgeProxy.Proxy.Messages;
using EdgeProxy.Sites;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;

namespace EdgeProxy.Proxy;

/// <summary>Writes the messages of a site the way YARP's forwarder wants them: what is in them, <see cref="MessagePolicy"/> says.</summary>
internal sealed class YarpTransformer(HostHeader host) : HttpTransformer
{
    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        var facts = RequestFacts.Of(httpContext);
        UpstreamRequest.WriteHeaders(httpContext, facts, proxyRequest, AddHeader);
        proxyRequest.Headers.Host = UpstreamRequest.Host(host, facts);
        proxyRequest.RequestUri = UpstreamRequest.Uri(destinationPrefix, facts.RawTarget);
        return default;
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
            return false;
        UpstreamResponse.Check(proxyResponse);
        UpstreamResponse.CopyHeaders(proxyResponse, httpContext.Response.Headers);
        // YARP holds a head back until the body begins.
        if (UpstreamResponse.IsStream(proxyResponse))
            await httpContext.Response.Body.FlushAsync(cancellationToken);
        return true;
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
}
