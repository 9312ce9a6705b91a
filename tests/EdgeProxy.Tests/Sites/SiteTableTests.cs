using EdgeProxy.Configuration.Model;
using EdgeProxy.Sites;
using EdgeProxy.Tests.Configuration;
using Microsoft.AspNetCore.Http;

namespace EdgeProxy.Tests.Sites;

public class SiteTableTests
{
    [Theory]
    [InlineData("a.localhost", "a.localhost")]
    [InlineData("www.a.localhost", "a.localhost")]
    [InlineData("x.a.localhost", "*.a.localhost")]
    [InlineData("y.x.a.localhost", null)]
    [InlineData("b.localhost", null)]
    [InlineData("localhost", null)]
    [InlineData("", null)]
    [InlineData("x'.a.localhost", null)]
    [InlineData("*.a.localhost", null)]
    public void FindsTheExactNameThenAWildcardOfOneLabel(string host, string? site)
    {
        var table = Create("""
            { 'Domains': {
              '*.a.localhost': { 'Upstream': 'demo' }, 'a.localhost': { 'Upstream': 'demo', 'Aliases': [ 'www.a.localhost' ] } } }
            """);

        Assert.Equal(site, table.Find(host)?.Name);
    }

    private static SiteTable Create(string json) => SiteTable.Create(ConfigText.Accept(ConfigText.Parse(json)), Build);

    private static RequestDelegate Build(Site site) => context => context.Response.WriteAsync(site.Name);
}
