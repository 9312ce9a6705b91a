using System.Text;
using EdgeProxy.Configuration.Parsing;

namespace EdgeProxy.Tests.Configuration.Parsing;

public class ErrorBodyParserTests
{
    [Theory]
    [InlineData(
        "{ 'code': 'DOWN', 'data': null, 'n': 1.50, 'deep': { 'list': [ 1, 'ä<b>' ] } }",
        """{"code":"DOWN","data":null,"n":1.50,"deep":{"list":[1,"ä<b>"]}}""")]
    [InlineData("'{ \\'code\\': \\'DOWN\\' }'", """{ "code": "DOWN" }""")]
    [InlineData("[ 1, 2 ]", "[1,2]")]
    [InlineData("{}", "{}")]
    public void TakesABodyAsAnObjectOrAsJsonText(string written, string body)
    {
        var config = ConfigText.Accept(ConfigText.ParseSite($"{{ 'Upstream': 'demo', 'Errors': {{ '502': {written} }} }}"));

        Assert.Equal(body, Encoding.UTF8.GetString(Assert.Single(config.Sites[0].Errors.Bodies).Json.Memory.Span));
    }

    [Fact]
    public void ABodyMayBeGivenForEveryErrorOfAKnownSite()
    {
        var written = string.Join(", ", ErrorBodyParser.Statuses.Select(status => $"'{status}': {{ 'code': '{status}' }}"));

        var errors = ConfigText.Accept(ConfigText.ParseSite($"{{ 'Upstream': 'demo', 'Errors': {{ {written} }} }}")).Sites[0].Errors;

        Assert.All(ErrorBodyParser.Statuses, status => Assert.True(errors.TryGetValue(status, out _)));
        Assert.False(errors.TryGetValue(404, out _));
    }

    [Theory]
    [InlineData("'502': 'sorry'", "502", "is not JSON")]
    [InlineData("'500': {}", "500", "400, 405, 408, 413, 421, 429, 431, 502, 503, 504, 508")]
    [InlineData("'404': {}", "404", "must be the status")]
    [InlineData("'502': [ 1, 2 ], '500': ''", "500", "must be the status")]
    [InlineData("'BAD_GATEWAY': {}", "BAD_GATEWAY", "must be the status")]
    public void Rejects(string keys, string path, string sentence) =>
        ConfigText.Reject(
            ConfigText.ParseSite($"{{ 'Upstream': 'demo', 'Errors': {{ {keys} }} }}"), $"Domains:example.org:Errors:{path}", sentence);
}
