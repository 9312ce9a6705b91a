using EdgeProxy.Sites;

namespace EdgeProxy.Proxy.Messages;

/// <summary>The address a request is forwarded to: the upstream's, followed by the client's path and query byte for byte.</summary>
internal static class UpstreamUri
{
    private static readonly UriCreationOptions AsIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <param name="prefix">The upstream's address without a slash at its end.</param>
    /// <param name="rawTarget">The request target as it came. An asterisk cannot be written into a URI: the upstream is asked about its
    /// root instead.</param>
    public static Uri Create(ReadOnlySpan<char> prefix, string rawTarget) => new(string.Concat(prefix, RequestTarget.PathAndQuery(rawTarget)), AsIs);
}
