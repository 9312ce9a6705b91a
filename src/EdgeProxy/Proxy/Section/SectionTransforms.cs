using EdgeProxy.Proxy.Messages;
using EdgeProxy.Sites;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace EdgeProxy.Proxy.Section;

/// <summary>Gives the routes of YARP's own section what sites have, as far as a route does not say otherwise. Comes first, so that a
/// route's own transforms win.</summary>
internal sealed class SectionTransforms : ITransformProvider
{
    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context)
    {
        var writesForwarded = context.UseDefaultForwarders ?? true;
        context.UseDefaultForwarders = false;
        var keepsTarget = context.Route.Transforms?.Any(transform => transform.Keys.Any(IsOfTarget)) != true;
        context.RequestTransforms.Insert(0, new RequestFuncTransform(request => TransformRequest(request, writesForwarded, keepsTarget)));
        context.ResponseTransforms.Insert(0, new ResponseFuncTransform(CompleteResponse));
        context.ResponseTransforms.Add(new ResponseFuncTransform(StartStream));
    }

    private static bool IsOfTarget(string key) =>
        key.StartsWith("Path", StringComparison.OrdinalIgnoreCase) || key.StartsWith("Query", StringComparison.OrdinalIgnoreCase);

    private static ValueTask TransformRequest(RequestTransformContext request, bool writesForwarded, bool keepsTarget)
    {
        var context = request.HttpContext;
        var facts = RequestFacts.Of(context);
        CompleteHeaders(request, context.Request.Headers);
        if (writesForwarded)
        {
            foreach (var (name, _) in context.Request.Headers)
            {
                if (ForwardedHeaders.IsForged(name, facts.PeerIsTrusted))
                    RequestTransform.RemoveHeader(request, name);
            }

            ForwardedHeaders.Write(context, facts, request.ProxyRequest.Headers);
        }

        if (keepsTarget)
        {
            request.ProxyRequest.RequestUri = UpstreamUri.Create(
                request.DestinationPrefix.AsSpan().TrimEnd('/'), facts.RawTarget);
        }

        return default;
    }

    private static void CompleteHeaders(RequestTransformContext request, IHeaderDictionary received)
    {
        foreach (var name in MessagePolicy.HeadersThatYarpDrops)
        {
            if (received.TryGetValue(name, out var values))
                RequestTransform.AddHeader(request, name, values);
        }

        // YARP itself decides about Upgrade and TE, which it has to write anew, and leaves out the rest of what stays but for these.
        RequestTransform.RemoveHeader(request, HeaderNames.Expect);
        RequestTransform.RemoveHeader(request, "Proxy");
        foreach (var name in MessagePolicy.FurtherHeadersThatStay(received) ?? [])
            RequestTransform.RemoveHeader(request, name);
    }

    private static ValueTask CompleteResponse(ResponseTransformContext response)
    {
        if (response.ProxyResponse is { } upstream)
            MessagePolicy.Complete(upstream, response.HttpContext.Response.Headers);
        return default;
    }

    private static async ValueTask StartStream(ResponseTransformContext response)
    {
        if (response.ProxyResponse is { } upstream && UpstreamResponse.IsStream(upstream))
            await response.HttpContext.Response.Body.FlushAsync(response.CancellationToken);
    }
}
