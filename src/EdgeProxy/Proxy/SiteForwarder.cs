using EdgeProxy.Configuration.Model;
using EdgeProxy.Observability;
using EdgeProxy.Proxy.Upstreams;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeProxy.Proxy;

/// <summary>Forwards a request to an upstream of its site, and on to the next where one could not be reached.</summary>
internal sealed class SiteForwarder(UpstreamTable upstreams, IHttpForwarder forwarder)
{
    public async Task ForwardAsync(HttpContext context, SiteTarget.Proxy target)
    {
        var group = upstreams.For(target);
        for (var attempt = 1; group.Next() is { } upstream; attempt++)
        {
            if (await TryAsync(context, group, upstream) || attempt == group.Count)
                return;
            context.Response.StatusCode = StatusCodes.Status200OK;
            context.Features.Set<IForwarderErrorFeature>(null);
        }

        context.Features.Set<UpstreamUsed>(null);
        context.Features.Set<IForwarderErrorFeature>(NoHealthyUpstream.Instance);
    }

    /// <returns>False when the upstream could not be reached.</returns>
    private async ValueTask<bool> TryAsync(HttpContext context, UpstreamGroup group, LiveUpstream upstream)
    {
        context.Features.Set(upstream.Used);
        var error = await forwarder.SendAsync(context, upstream.Address, upstream.Client, upstream.For(context), group.Transformer);
        if (error == ForwarderError.None)
        {
            upstream.Health.Succeeded();
            return true;
        }

        if (context.RequestAborted.IsCancellationRequested)
            return true;
        if (UpstreamFailure.IsUnreachable(error, context.Features.Get<IForwarderErrorFeature>()?.Exception))
        {
            upstream.Health.WasUnreachable();
            return false;
        }

        if (error is ForwarderError.Request or ForwarderError.RequestTimedOut or ForwarderError.ResponseBodyDestination)
            upstream.Health.Failed();
        return true;
    }

    private sealed class NoHealthyUpstream : IForwarderErrorFeature
    {
        public static readonly NoHealthyUpstream Instance = new();

        public ForwarderError Error => ForwarderError.NoAvailableDestinations;

        public Exception? Exception => null;
    }
}
