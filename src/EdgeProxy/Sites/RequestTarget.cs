using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Sites;

/// <summary>The request target as the client's bytes say it (RFC 9112 §3.2): nothing decoded, nothing normalized.</summary>
internal static class RequestTarget
{
    private static readonly SearchValues<char> Visible =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code)]);

    private static readonly SearchValues<char> AuthorityEnd = SearchValues.Create("/?#");

    public static string Raw(HttpContext context) => context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    /// <summary>Whether it has control characters or spaces, which no valid target has.</summary>
    public static bool IsMalformed(string rawTarget) => rawTarget.AsSpan().ContainsAnyExcept(Visible);

    /// <summary>Whether a server may find <c>.</c> or <c>..</c> as a segment of the path, in whatever way it reads it: percent-encoded,
    /// behind an encoded slash or a backslash, or with a path parameter (RFC 3986 §3.3, §5.2.4).</summary>
    public static bool HasDotSegments(ReadOnlySpan<char> pathAndQuery)
    {
        var query = pathAndQuery.IndexOf('?');
        var path = query < 0 ? pathAndQuery : pathAndQuery[..query];
        return (path.Contains('.') || path.Contains("%2e", StringComparison.OrdinalIgnoreCase)) && HasDotSegment(path.ToString());
    }

    private static bool HasDotSegment(string path)
    {
        var plain = path
            .Replace("%2e", ".", StringComparison.OrdinalIgnoreCase)
            .Replace("%2f", "/", StringComparison.OrdinalIgnoreCase)
            .Replace("%5c", "/", StringComparison.OrdinalIgnoreCase)
            .Replace('\\', '/');
        return plain.Split('/').Any(segment => segment.Split(';')[0] is "." or "..");
    }

    /// <summary>Path and query of any of the four forms, starting with a slash. An asterisk or an authority has none: <c>/</c>.</summary>
    public static ReadOnlySpan<char> PathAndQuery(string rawTarget)
    {
        if (rawTarget.StartsWith('/'))
            return rawTarget;
        var scheme = rawTarget.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
            return "/";

        var rest = rawTarget.AsSpan(scheme + 3);
        var end = rest.IndexOfAny(AuthorityEnd);
        if (end < 0)
            return "/";
        return rest[end] == '/' ? rest[end..] : string.Concat("/", rest[end..]);
    }
}
