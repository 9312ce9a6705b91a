using System.Collections.Concurrent;
using EdgeProxy.Sites;
using EdgeProxy.Tests.Proxy;

namespace EdgeProxy.Tests.Sites;

public sealed class RequestTargetTests
{
    private static readonly string Long = "/" + new string('x', 6000);

    public static TheoryData<string> Targets =>
    [
        "/", "//", "//a", "/a//b", "/a/", "/%2F", "/a%2fb", "/%2e%2e/x", "/a/%2E%2e/b", "/../x", "/a/../b", "/./a", "/..;/manager",
        "/a;v=1/b;c", "/{id}", "/a|b", "/a^b", "/a`b", "/a\"b", "/<>", "/a\\b", "/%41%61", "/%c3%a9", "/%C3%A9", "/%E2%82%AC", "/%ff", "/%",
        "/%zz", "/a%0a", "/a%20b", "/a+b", "/~user", "/a:b@c", "/a!$&'()*,=", "/[x]", "/*", "/?", "/??", "/?a", "/?a=b&a=c&", "/?q=%41{}",
        "/?q=a/../b", "/?x=%2F%2f", "/a?b?c", "/?#", "/a#b", "/a?x=\"y\"", "/?redirect=http://example.org/%2e%2e/", "/api/v1/%E4%BD%A0",
        "/.well-known/x", "/a/./b/../../c", Long, "/?q=" + Long,
    ];

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task ReachesTheUpstreamByteForByte(string target) => Assert.Equal(target, await ReceivedAsync(target, ""));

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task ReachesItBehindYarpsOwnRoutesToo(string target) =>
        Assert.Equal(target, await ReceivedAsync(target, "", ElsewhereRoutes));

    [Theory]
    [InlineData("/x", "/base/x")]
    [InlineData("//x%2f?y", "/base//x%2f?y")]
    [InlineData("/", "/base/")]
    public async Task FollowsThePrefixOfTheUpstream(string target, string expected)
    {
        Assert.Equal(expected, await ReceivedAsync(target, "base"));
        Assert.Equal(expected, await ReceivedAsync(target, "base/"));
    }

    [Theory]
    [InlineData("http://site.test/a%2f?b", "/a%2f?b")]
    [InlineData("http://site.test//a", "//a")]
    [InlineData("http://site.test?x=/", "/?x=/")]
    [InlineData("http://site.test", "/")]
    public async Task TakesPathAndQueryOutOfAnAbsoluteTarget(string target, string expected) =>
        Assert.Equal(expected, await ReceivedAsync(target, ""));

    [Fact]
    public async Task AsksTheUpstreamAboutItsRootForAnAsterisk() => Assert.Equal("/", await ReceivedAsync("*", "", method: "OPTIONS"));

    private static Dictionary<string, string?> ElsewhereRoutes => new()
    {
        ["ReverseProxy:Routes:posts:ClusterId"] = "elsewhere",
        ["ReverseProxy:Routes:posts:Match:Path"] = "/{**all}",
        ["ReverseProxy:Routes:posts:Match:Methods:0"] = "PATCH",
        ["ReverseProxy:Clusters:elsewhere:Destinations:a:Address"] = "http://127.0.0.1:1",
    };

    private static async Task<string> ReceivedAsync(
        string target, string prefix, Dictionary<string, string?>? section = null, string method = "GET")
    {
        var heads = new ConcurrentQueue<string>();
        await using var upstream = RawServer.Recording(heads);
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(new Uri(upstream.Address, prefix)), section: section);
        using var client = await RawConnection.OpenAsync(edge.Port, TestContext.Current.CancellationToken);
        await client.SendAsync($"{method} {target} HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n");
        var answer = await client.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        return heads.Single().Split("\r\n")[0].Split(' ')[1];
    }

    [Theory]
    [InlineData("/a/b.c", false)]
    [InlineData("/.well-known/x", false)]
    [InlineData("/a/...", false)]
    [InlineData("/a..b/..c", false)]
    [InlineData("/a?x=/../y", false)]
    [InlineData("/a/%2", false)]
    [InlineData("/..", true)]
    [InlineData("/a/./b", true)]
    [InlineData("/../admin", true)]
    [InlineData("/a/../../admin?q", true)]
    [InlineData("/%2e%2e/admin", true)]
    [InlineData("/.%2E/admin", true)]
    [InlineData("/x/..%2fadmin", true)]
    [InlineData("/x%2F%2e%2e%2Fadmin", true)]
    [InlineData("/x\\..\\admin", true)]
    [InlineData("/x%5c..%5cadmin", true)]
    [InlineData("/..;a=b/admin", true)]
    public void FindsDotSegmentsHoweverTheyAreWritten(string pathAndQuery, bool has) =>
        Assert.Equal(has, RequestTarget.HasDotSegments(pathAndQuery));
}
