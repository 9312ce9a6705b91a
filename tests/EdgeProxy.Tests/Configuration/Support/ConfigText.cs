using System.Text;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Parsing;
using EdgeProxy.Configuration.Reading;
using EdgeProxy.Configuration.Source;

namespace EdgeProxy.Tests.Configuration;

/// <summary>Configurations written in tests: JSON with single quotes for double ones.</summary>
internal static class ConfigText
{
    public const string BaseDirectory = "/srv/edge";

    /// <summary>Parses the whole of a section <c>EdgeProxy</c>.</summary>
    public static ConfigResult<EdgeConfig> Parse(string section) => ParseFile($"{{ 'EdgeProxy': {section} }}".Replace('\'', '"'));

    /// <summary>Parses an appsettings.json as it is.</summary>
    public static ConfigResult<EdgeConfig> ParseFile(string json)
    {
        var file = JsonConfigParser.Parse("appsettings.json", Encoding.UTF8.GetBytes(json));
        Assert.Empty(file.Errors);
        return ConfigParser.Parse(ConfigNode.Create(file.Values), BaseDirectory);
    }

    /// <summary>Parses what is written for one site, beside an Acme section that is in order.</summary>
    public static ConfigResult<EdgeConfig> ParseSite(string site, string name = "example.org") =>
        Parse($"{{ 'Acme': {{ 'AcceptTermsOfService': true }}, 'Domains': {{ '{name}': {site} }} }}");

    /// <summary>Parses an Acme section beside a site that uses it.</summary>
    public static ConfigResult<EdgeConfig> ParseAcme(string acme) =>
        Parse($"{{ 'Acme': {acme}, 'Domains': {{ 'example.org': {{ 'Upstream': 'http://api:8071' }} }} }}");

    public static EdgeConfig Accept(ConfigResult<EdgeConfig> result)
    {
        Assert.Empty(result.Errors);
        return Assert.IsType<EdgeConfig>(result.Config);
    }

    /// <summary>That there is one error, at this path below <c>EdgeProxy</c>, and says this.</summary>
    public static void Reject(ConfigResult<EdgeConfig> result, string path, string sentence)
    {
        var error = Assert.Single(result.Errors);
        Assert.Equal(path.StartsWith("EdgeProxy", StringComparison.Ordinal) ? path : $"EdgeProxy:{path}", error.Path);
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
        Assert.Null(result.Config);
    }
}
