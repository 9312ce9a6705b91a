using System.Buffers;

namespace EdgeProxy.Proxy;

/// <summary>The address a request is forwarded to: the upstream's, followed by the client's path and query byte for byte.</summary>
internal static class UpstreamUri
{
    private static readonly UriCreationOptions AsIs = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private static readonly SearchValues<char> AuthorityEnd = SearchValues.Create("/?#");

    /// <param name="prefix">The upstream's address without a slash at its end.</param>
    /// <param name="rawTarget">The request target as it came: <c>/path?query</c>, <c>http://host/path?query</c> or <c>*</c>.</param>
    public static Uri Create(ReadOnlySpan<char> prefix, string rawTarget)
    {
        var target = PathAndQuery(rawTarget);
        return new Uri(target.StartsWith('/') ? string.Concat(prefix, target) : string.Concat(prefix, "/", target), AsIs);
    }

    // RFC 9112 §3.2. An asterisk cannot be written into a URI: the upstream is asked about its root instead.
    private static ReadOnlySpan<char> PathAndQuery(string rawTarget)
    {
        if (rawTarget.StartsWith('/'))
            return rawTarget;
        var scheme = rawTarget.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
            return "/";
        var rest = rawTarget.AsSpan(scheme + 3);
        var end = rest.IndexOfAny(AuthorityEnd);
        return end < 0 ? "/" : rest[end..];
    }
}
