using System.Net;
using EdgeProxy.Http;
using EdgeProxy.Observability;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Http;

namespace EdgeProxy.Tests.Http;

public sealed class RequestSubjectTests
{
    [Fact]
    public void IsTheSiteAndTheClientBehindTrustedProxies()
    {
        var context = Context(ListenerKind.Https);
        var client = IPAddress.Parse("203.0.113.9");
        context.Features.Set(new RequestSite(EdgeServer.Site("example.org", "www.example.org"), "www.example.org", "www.example.org", true, client));
        Assert.Equal(new AccessLogSubject("example.org", client), RequestSubject.Of(context));
    }

    [Fact]
    public void IsThePeerWhereNoSiteIsKnown() =>
        Assert.Equal(new AccessLogSubject("-", IPAddress.Parse("10.0.0.1")), RequestSubject.Of(Context(ListenerKind.Http)));

    [Fact]
    public void LeavesTheAdminListenerOut() => Assert.Null(RequestSubject.Of(Context(ListenerKind.Admin)));

    private static DefaultHttpContext Context(ListenerKind kind)
    {
        var context = new DefaultHttpContext();
        context.Features.Set(new ListenerFeature(kind));
        context.Connection.RemoteIpAddress = IPAddress.Parse("::ffff:10.0.0.1");
        return context;
    }
}
