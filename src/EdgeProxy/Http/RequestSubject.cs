using EdgeProxy.Observability;
using EdgeProxy.Sites;

namespace EdgeProxy.Http;

/// <summary>What the access log says about whom a request was for and from; nothing for the admin listener.</summary>
internal static class RequestSubject
{
    public static AccessLogSubject? Of(HttpContext context)
    {
        if (ListenerFeature.Of(context) == ListenerKind.Admin)
            return null;
        return context.Features.Get<RequestFacts>() is { } facts
            ? new AccessLogSubject(facts.Site.Name, facts.ClientAddress)
            : new AccessLogSubject("-", PlainAddress.Of(context.Connection.RemoteIpAddress));
    }
}
