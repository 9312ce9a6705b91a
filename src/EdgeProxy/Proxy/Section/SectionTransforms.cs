using System.Collections.Frozen;
using EdgeProxy.Proxy.Messages;
using EdgeProxy.Sites;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace EdgeProxy.Proxy.Section;

/// <summary>Gives the routes of YARP's own section what sites have, as far as a route does not say otherwise. Comes first, so that a
/// route's own transforms win.</summary>
internal sealed class SectionTransforms : ITransformProvider
{
    /// <summary>What YARP's own copy leaves out of requests and responses beside those that stay; it passes here.</summary>
    public static readonly IReadOnlyList<string> HeadersThatYarpDrops =
    [
        HeaderNames.AltSvc, HeaderNames.UpgradeInsecureRequests, "ALPN", "Close", "Proxy-Features", "Proxy-Instruction", "Security-Scheme",
    ];

    /// <summary>What YARP leaves out, too, and writes anew where its own connection needs it.</summary>
    private static readonly FrozenSet<string> OfTheConnection = new[]
    {
        HeaderNames.Connection, HeaderNames.Upgrade, HeaderNames.TE, HeaderNames.TransferEncoding,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context)
    {
        var route = new RouteChoices(
            CopiesRequest: context.CopyRequestHeaders ?? true,
            CopiesResponse: context.CopyResponseHeaders ?? true,
            WritesForwarded: !(context.UseDefaultForwarders ?? true),
            ChangesTarget: context.Route.Transforms?.Any(transform => transform.Keys.Any(IsOfTarget)) == true);
        context.UseDefaultForwarders = false;
        context.RequestTransforms.Insert(0, new RequestFuncTransform(request => TransformRequest(request, route)));
        context.ResponseTransforms.Insert(0, new ResponseFuncTransform(response => TransformResponse(response, route)));
        context.ResponseTransforms.Add(new ResponseFuncTransform(StartStream));
    }

    private static bool IsOfTarget(string key) =>
        key.StartsWith("Path", StringComparison.OrdinalIgnoreCase) || key.StartsWith("Query", StringComparison.OrdinalIgnoreCase);

    private static ValueTask TransformRequest(RequestTransformContext request, RouteChoices route)
    {
        var facts = RequestFacts.Of(request.HttpContext);
        var received = request.HttpContext.Request.Headers;
        if (route.CopiesRequest)
            CompleteHeaders(request, received);
        else if (received.TryGetValue(LoopMark.Header, out var marks))
            RequestTransform.AddHeader(request, LoopMark.Header, marks);
        RemoveForged(request, received, facts.PeerIsTrusted, route);
        if (route.WritesForwarded)
            ForwardedHeaders.Mark(request, RequestTransform.AddHeader);
        else
            ForwardedHeaders.Write(request.HttpContext, facts, request, RequestTransform.AddHeader);
        if (!route.ChangesTarget)
            request.ProxyRequest.RequestUri = UpstreamRequest.Uri(request.DestinationPrefix.AsSpan().TrimEnd('/'), facts.RawTarget);
        return default;
    }

    private static void CompleteHeaders(RequestTransformContext request, IHeaderDictionary received)
    {
        foreach (var name in HeadersThatYarpDrops)
        {
            if (received.TryGetValue(name, out var values))
                RequestTransform.AddHeader(request, name, values);
        }

        foreach (var name in MessagePolicy.RequestHeadersThatStay.Where(name => !OfTheConnection.Contains(name)))
            RequestTransform.RemoveHeader(request, name);
        foreach (var name in MessagePolicy.FurtherHeadersThatStay(received) ?? [])
            RequestTransform.RemoveHeader(request, name);
    }

    private static void RemoveForged(RequestTransformContext request, IHeaderDictionary received, bool peerIsTrusted, RouteChoices route)
    {
        foreach (var (name, _) in received)
        {
            if (route.WritesForwarded
                ? ForwardedHeaders.IsForgedBesideARoutes(name, peerIsTrusted)
                : ForwardedHeaders.IsForged(name, peerIsTrusted))
            {
                RequestTransform.RemoveHeader(request, name);
            }
        }
    }

    private static ValueTask TransformResponse(ResponseTransformContext response, RouteChoices route)
    {
        if (response.ProxyResponse is { } upstream)
        {
            UpstreamResponse.Check(upstream);
            if (route.CopiesResponse)
                CompleteHeaders(upstream, response.HttpContext.Response.Headers);
        }

        return default;
    }

    private static void CompleteHeaders(HttpResponseMessage upstream, IHeaderDictionary response)
    {
        foreach (var name in HeadersThatYarpDrops)
        {
            if (upstream.Headers.NonValidated.TryGetValues(name, out var values))
                response[name] = new StringValues([.. values]);
        }

        foreach (var name in MessagePolicy.ResponseHeadersThatStay.Where(name => !OfTheConnection.Contains(name)))
            response.Remove(name);
        foreach (var name in MessagePolicy.FurtherHeadersThatStay(upstream.Headers) ?? [])
            response.Remove(name);
    }

    private static async ValueTask StartStream(ResponseTransformContext response)
    {
        if (response.ProxyResponse is { } upstream && UpstreamResponse.IsStream(upstream))
            await response.HttpContext.Response.Body.FlushAsync(response.CancellationToken);
    }

    /// <summary>What a route says for itself.</summary>
    private sealed record RouteChoices(bool CopiesRequest, bool CopiesResponse, bool WritesForwarded, bool ChangesTarget);
}
