using System.Text;
using EdgeProxy.Configuration.Source;
using Microsoft.Extensions.Configuration;

namespace EdgeProxy.Tests.Configuration.Source;

public class JsonConfigParserTests
{
    [Fact]
    public void ReadsLikeAspNetCoresOwnProvider()
    {
        var json = Encoding.UTF8.GetBytes("""
            // a comment
            {
              "A": { "b": 1, "c": [ 1.50, -2e3, "x", true, false, null, { "d": "é\u00e9" }, [] ], "e": {}, },
              /* another */ "F:G": "h", "": "empty",
            }
            """);

        var expected = new ConfigurationBuilder().AddJsonStream(new MemoryStream(json)).Build().AsEnumerable();
        var parsed = JsonConfigParser.Parse("x.json", json);

        Assert.Empty(parsed.Errors);
        Assert.True(parsed.IsWhole);
        Assert.Equal(expected, new ConfigurationBuilder().AddInMemoryCollection(parsed.Values).Build().AsEnumerable());
    }

    [Theory]
    [InlineData("", "x.json:1", "is not valid JSON")]
    [InlineData("[]", "x.json:1", "must be a JSON object")]
    [InlineData("{\n  \"A\": 1\n  \"B\": 2\n}", "x.json:3", "is not valid JSON")]
    [InlineData("{\n  \"A\": 1,\n  \"B\": {", "x.json:3", "is not valid JSON")]
    [InlineData("{}\n}", "x.json:2", "is not valid JSON")]
    [InlineData("{\n  \"A\": 1,\n\n  \"a\": 2\n}", "x.json:4", "\"a\" is written twice in the same object, first on line 2")]
    [InlineData("{\n  \"A\": { \"B\": 1 },\n  \"A:B\": 2\n}", "x.json:3", "is written twice")]
    [InlineData("{ \"A\": \"\\ud800\" }", "x.json:1", "is not UTF-8")]
    public void NamesTheLineOfAMistake(string json, string path, string sentence)
    {
        var error = Assert.Single(JsonConfigParser.Parse("x.json", Encoding.UTF8.GetBytes(json)).Errors);

        Assert.Equal(path, error.Path);
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("example.org:443", "without the port")]
    [InlineData("https://example.org", "without scheme")]
    [InlineData("[::1]", "write \"::1\" into its Aliases")]
    [InlineData("2001:db8::7", "write \"2001:db8::7\" into its Aliases")]
    public void ExplainsAHostThatCannotBeAKey(string key, string sentence)
    {
        var json = $$"""{ "EdgeProxy": { "Domains": { "{{key}}": { "Upstream": "demo" }, "localhost": { "Upstream": "demo" } } } }""";
        var parsed = JsonConfigParser.Parse("x.json", Encoding.UTF8.GetBytes(json));

        var error = Assert.Single(parsed.Errors);
        Assert.Equal($"EdgeProxy:Domains:{key}", error.Path);
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
        Assert.Equal(["EdgeProxy:Domains:localhost:Upstream"], parsed.Values.Select(pair => pair.Key));
    }

    [Fact]
    public void SkipsAByteOrderMark() =>
        Assert.Equal("1", JsonConfigParser.Parse("x.json", [0xEF, 0xBB, 0xBF, .. "{ \"A\": 1 }"u8]).Values.Single().Value);

    [Fact]
    public void SaysWhatCameBeforeAMistake() =>
        Assert.Equal(
            "9000",
            JsonConfigParser.Parse("x.json", "{ \"EdgeProxy\": { \"Admin\": { \"Port\": 9000 }, oops"u8.ToArray()).Values.Single().Value);
}
