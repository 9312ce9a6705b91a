using EdgeProxy.Sites;

namespace EdgeProxy.Proxy.Messages;

/// <summary>The address a request is forwarded to: the upstream's, followed by the client's path and query byte for byte.</summary>
internal static class UpstreamUri
{
    private static readonly UriCreationOptions AsIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <param name="prefix">The upstream's address without a slash at its end.</param>
    /// <param name="rawTarget">The request target as it came. An asterisk cannot be written into a URI: the upstream is asked about its
    /// root instead.</param>
    /// <exception cref="FormatException">The address has a path, and the target leads out of it.</exception>
    public static Uri Create(ReadOnlySpan<char> prefix, string rawTarget)
    {
        var pathAndQuery = RequestTarget.PathAndQuery(rawTarget);
        if (HasPath(prefix) && RequestTarget.HasDotSegments(pathAndQuery))
            throw new FormatException("it has dot segments, and the upstream's address has a path that they may lead out of");
        return new Uri(string.Concat(prefix, pathAndQuery), AsIs);
    }

    private static bool HasPath(ReadOnlySpan<char> prefix) => prefix[(prefix.IndexOf("://") + 3)..].Contains('/');
}
