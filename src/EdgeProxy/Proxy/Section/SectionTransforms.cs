using EdgeProxy.Proxy.Messages;
using EdgeProxy.Sites;
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
        context.ResponseTransforms.Insert(0, new ResponseFuncTransform(RemoveHopByHop));
        context.ResponseTransforms.Add(new ResponseFuncTransform(StartStream));
    }

    private static bool IsOfTarget(string key) =>
        key.StartsWith("Path", StringComparison.OrdinalIgnoreCase) || key.StartsWith("Query", StringComparison.OrdinalIgnoreCase);

    private static ValueTask TransformRequest(RequestTransformContext request, bool writesForwarded, bool keepsTarget)
    {
        var context = request.HttpContext;
        var facts = RequestFacts.Of(context);
        foreach (var name in HopByHopHeaders.FurtherIn(context.Request.Headers) ?? [])
            RequestTransform.RemoveHeader(request, name);
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

    private static ValueTask RemoveHopByHop(ResponseTransformContext response)
    {
        if (response.ProxyResponse is { } upstream)
        {
            UpstreamResponse.Check(upstream);
            HopByHopHeaders.RemoveNamed(upstream.Headers, response.HttpContext.Response.Headers);
        }

        return default;
    }

    private static async ValueTask StartStream(ResponseTransformContext response)
    {
        if (response.ProxyResponse is { } upstream && UpstreamResponse.IsStream(upstream))
            await response.HttpContext.Response.Body.FlushAsync(response.CancellationToken);
    }
}
