using System.Net;
using EdgeProxy.Http;
using EdgeProxy.Observability;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Tests.Http;

public sealed class RequestSubjectTests
{
    [Fact]
    public void IsTheSiteAndTheClientBehindTrustedProxies()
    {
        var config = EdgeServer.Config(EdgeServer.Site("example.org", "www.example.org")) with { TrustedProxies = [IPNetwork.Parse("10.0.0.0/8")] };
        var context = Context(ListenerKind.Https);
        context.Features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Headers = new HeaderDictionary { ["Host"] = "www.example.org", ["X-Forwarded-For"] = "203.0.113.9" },
        });
        context.Features.Set(RequestFacts.Find(context, SiteTable.Create(config, _ => _ => Task.CompletedTask)));
        Assert.Equal(new AccessLogSubject("example.org", IPAddress.Parse("203.0.113.9")), RequestSubject.Of(context));
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
