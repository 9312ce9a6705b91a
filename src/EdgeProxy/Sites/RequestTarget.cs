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
