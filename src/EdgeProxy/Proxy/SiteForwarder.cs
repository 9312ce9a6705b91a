using EdgeProxy.Observability;
using EdgeProxy.Proxy.Upstreams;

namespace EdgeProxy.Proxy;

/// <summary>Forwards a request to an upstream of its site, and on to the next where one could not be reached.</summary>
internal sealed class SiteForwarder(IUpstreamExchange exchange)
{
    public async Task<ForwardOutcome> ForwardAsync(HttpContext context, UpstreamGroup group)
    {
        var notes = RequestNotes.Of(context);
        for (var attempt = 1; group.Next() is { } upstream; attempt++)
        {
            notes.Upstream = upstream.Label;
            var outcome = await exchange.SendAsync(context, upstream);
            Note(upstream.Health, outcome.Result);
            if (!outcome.IsUnreachable || attempt == group.Upstreams.Length)
                return outcome;
        }

        notes.Upstream = null;
        return ForwardOutcome.NoUpstream;
    }

    private static void Note(UpstreamHealth health, ForwardResult result)
    {
        switch (result)
        {
            case ForwardResult.Answered:
                health.Succeeded();
                break;
            case ForwardResult.Unreachable or ForwardResult.ConnectTimeout:
                health.WasUnreachable();
                break;
            case ForwardResult.Timeout or ForwardResult.NoAnswer or ForwardResult.InvalidAnswer or ForwardResult.BrokenAnswer:
                health.Failed();
                break;
            default:
                // The client's doing says nothing about the upstream.
                break;
        }
    }
}
