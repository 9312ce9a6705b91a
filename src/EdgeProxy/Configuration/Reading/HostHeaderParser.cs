using System.Text.RegularExpressions;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Configuration.Reading;

/// <summary>The Host header sent upstream: one of three words, or a host with or without port.</summary>
internal static partial class HostHeaderParser
{
    public static readonly ValueList<string> Words = ["Preserve", "PreserveWithPort", "Upstream"];

    public static HostHeader Parse(string text) => text.ToUpperInvariant() switch
    {
        "PRESERVE" => new HostHeader.Preserve(),
        "PRESERVEWITHPORT" => new HostHeader.PreserveWithPort(),
        "UPSTREAM" => new HostHeader.FromUpstream(),
        _ when text.All(char.IsAsciiLetter) && Spelling.Closest(text, Words) is { } word =>
            throw new FormatException($"\"{text}\": did you mean \"{word}\"?"),
        _ when HostAndPort().IsMatch(text) => new HostHeader.Literal(text),
        _ => throw new FormatException($"\"{text}\" must be {string.Join(", ", Words)} or a host such as api.example.org:8080."),
    };

    /// <summary>The text that is parsed to <paramref name="header"/>.</summary>
    public static string Format(HostHeader header) => header switch
    {
        HostHeader.Literal literal => literal.Value,
        HostHeader.Preserve => Words[0],
        HostHeader.PreserveWithPort => Words[1],
        _ => Words[2],
    };

    [GeneratedRegex(@"^([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?\z")]
    private static partial Regex HostAndPort();
}
