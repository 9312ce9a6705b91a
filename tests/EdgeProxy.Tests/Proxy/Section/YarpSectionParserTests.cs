using EdgeProxy.Configuration.Reading;
using EdgeProxy.Proxy.Section;
using Microsoft.Extensions.Configuration;

namespace EdgeProxy.Tests.Proxy.Section;

public sealed class YarpSectionParserTests
{
    [Fact]
    public void ReadsNothingWhereThereIsNoSection()
    {
        var section = Assert.IsType<YarpSectionRoutes>(Parse([]).Config);
        Assert.Empty(section.Routes);
        Assert.Empty(section.Clusters);
    }

    [Fact]
    public void ReadsRoutesAndClusters()
    {
        var section = Assert.IsType<YarpSectionRoutes>(Parse(Good()).Config);
        Assert.Equal("all", Assert.Single(section.Routes).RouteId);
        Assert.Equal("http://a:1", Assert.Single(section.Clusters).Destinations!["a"].Address);
    }

    [Theory]
    [InlineData("Routes:all:Match:Path", "/{", "Routes:all", "Invalid path '/{'")]
    [InlineData("Routes:all:Match:Path", "", "Routes:all", "requires Hosts or Path")]
    [InlineData("Routes:all:Order", "first", "Routes:all", "first")]
    [InlineData("Routes:all:ClusterId", "two", "Routes:all", "no cluster 'two'")]
    [InlineData("Routes:all:ClusterId", "", "Routes:all", "has no ClusterId")]
    [InlineData("Routes:all:Transforms:0:Nonsense", "x", "Routes:all", "Unknown transform: Nonsense")]
    [InlineData("Routes:all:AuthorizationPolicy", "Default", "Routes:all", "AuthorizationPolicy is not supported")]
    [InlineData("Routes:all:CorsPolicy", "Default", "Routes:all", "CorsPolicy is not supported")]
    [InlineData("Routes:all:RateLimiterPolicy", "mine", "Routes:all", "mine")]
    [InlineData("Routes:all:Match:Hosts:0", "xn--bcher-kva.example", "Routes:all", "Punycode")]
    [InlineData("Clusters:one:Destinations:a:Address", "a:1", "Clusters:one", "is not a URL")]
    [InlineData("Clusters:one:Destinations:a:Address", "", "Clusters:one", "No address found")]
    [InlineData("Clusters:one:LoadBalancingPolicy", "Best", "Clusters:one", "Best")]
    [InlineData("Clusters:one:HttpRequest:Version", "9", "Clusters:one", "9")]
    public void SaysWhereWhatIsWrong(string key, string value, string where, string what)
    {
        var section = Good();
        section["ReverseProxy:" + key] = value;
        var error = Parse(section).Errors[0];
        Assert.Equal("ReverseProxy:" + where, error.Path);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SaysEverythingAtOnce()
    {
        var section = Good();
        section["ReverseProxy:Routes:all:Order"] = "first";
        section["ReverseProxy:Routes:b:ClusterId"] = "one";
        section["ReverseProxy:Clusters:one:LoadBalancingPolicy"] = "Best";
        Assert.Equal(
            ["ReverseProxy:Clusters:one", "ReverseProxy:Routes:all", "ReverseProxy:Routes:b"],
            Parse(section).Errors.Select(error => error.Path).Order());
    }

    private static ConfigResult<YarpSectionRoutes> Parse(Dictionary<string, string?> values) =>
        YarpSectionParser.Parse(new ConfigurationBuilder().AddInMemoryCollection(values).Build());

    private static Dictionary<string, string?> Good() => new()
    {
        ["ReverseProxy:Routes:all:ClusterId"] = "one",
        ["ReverseProxy:Routes:all:Match:Path"] = "/{**all}",
        ["ReverseProxy:Clusters:one:Destinations:a:Address"] = "http://a:1",
    };
}
