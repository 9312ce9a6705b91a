using EdgeProxy.Sites;
using EdgeProxy.Tests.Configuration;

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
    public void FindsTheExactNameThenAWildcardOfOneLabel(string host, string? site)
    {
        var table = new SiteTable(ConfigText.Accept(ConfigText.Parse("""
            { 'Domains': { '*.a.localhost': { 'Upstream': 'demo' }, 'a.localhost': { 'Upstream': 'demo', 'Aliases': [ 'www.a.localhost' ] } } }
            """)));

        Assert.Equal(site, table.Find(host)?.Name);
    }
}
