using System.Text.RegularExpressions;

namespace EdgeProxy.Acme;

/// <summary>Link headers (RFC 8288 §3): several links in one header, several headers in one answer.</summary>
internal static partial class LinkHeader
{
    /// <summary>The targets with the relation <paramref name="relation"/>, in order, resolved against <paramref name="url"/>.</summary>
    public static IReadOnlyList<Uri> Find(IEnumerable<string> headers, string relation, Uri url) =>
    [
        .. from header in headers
           from link in Link().Matches(header)
           where Relations(link.Groups["parameters"].Value).Contains(relation, StringComparer.OrdinalIgnoreCase)
           let target = Resolve(url, link.Groups["target"].Value)
           where target is not null
           select target,
    ];

    private static string[] Relations(string parameters) =>
        Relation().Match(parameters).Groups["relations"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static Uri? Resolve(Uri url, string target) => Uri.TryCreate(url, target.Trim(), out var resolved) ? resolved : null;

    [GeneratedRegex("""<(?<target>[^>]*)>(?<parameters>(?:[^,"]|"[^"]*")*)""")]
    private static partial Regex Link();

    [GeneratedRegex("""(?:^|;)\s*rel\s*=\s*(?:"(?<relations>[^"]*)"|(?<relations>[^\s;"]+))""", RegexOptions.IgnoreCase)]
    private static partial Regex Relation();
}
