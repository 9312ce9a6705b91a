using EdgeProxy.Proxy.Upstreams;

namespace EdgeProxy.Proxy;

/// <summary>One exchange with an upstream: the client's request there, its answer back.</summary>
internal interface IUpstreamExchange
{
    /// <summary>Sends the request, and the answer to the client. It MUST NOT throw for anything that client or upstream do; it MUST send
    /// the request at most once, but for safe ones on a connection that had ended (RFC 9110 §9.2.2); it MUST leave the response untouched
    /// unless the upstream has answered; it MUST send and return what <see cref="Messages"/> says; and it MUST say
    /// <see cref="ForwardOutcome.IsUnreachable"/> only where nothing of the request was sent.</summary>
    /// <param name="context">The client's request, which has its facts, and its response, which has not started.</param>
    /// <param name="upstream">Where to.</param>
    ValueTask<ForwardOutcome> SendAsync(HttpContext context, LiveUpstream upstream);
}
