using System.Globalization;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Sites;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace EdgeProxy.Proxy.Messages;

/// <summary>What the upstream is sent of a client's request: everything as it came, except for what is about one connection only and what
/// tells who asked.</summary>
internal static class UpstreamRequest
{
    private static readonly UriCreationOptions AsIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>Writes every header but Host and those that say how the body is framed on the connection: <paramref name="add"/> is called
    /// once for each name that the client has sent, then for ours.</summary>
    public static void WriteHeaders<TMessage>(
        HttpContext context, RequestFacts facts, TMessage message, Action<TMessage, string, StringValues> add)
    {
        var received = context.Request.Headers;
        var further = MessagePolicy.FurtherHeadersThatStay(received);
        foreach (var (name, values) in received)
        {
            if (name[0] != ':'
                && !MessagePolicy.RequestHeadersThatStay.Contains(name)
                && !ForwardedHeaders.IsForged(name, facts.PeerIsTrusted)
                && further?.Contains(name) != true)
            {
                add(message, name, values);
            }
        }

        if (received.TE.ToString().Contains("trailers", StringComparison.OrdinalIgnoreCase))
            add(message, HeaderNames.TE, "trailers");
        ForwardedHeaders.Write(context, facts, message, add);
    }

    /// <returns>The Host header; null for the authority of the upstream's address.</returns>
    public static string? Host(HostHeader header, RequestFacts facts) => header switch
    {
        HostHeader.Literal literal => literal.Value,
        HostHeader.FromUpstream => null,
        HostHeader.PreserveWithPort => string.Create(CultureInfo.InvariantCulture, $"{HostName.InUrl(facts.Host)}:{facts.LocalPort}"),
        _ => facts.ClientHost,
    };

    /// <summary>The address it is sent to: the upstream's, followed by the client's path and query byte for byte.</summary>
    /// <param name="prefix">The upstream's address without a slash at its end.</param>
    /// <param name="rawTarget">The request target as it came. An asterisk cannot be written into a URI: the upstream is asked about its
    /// root instead.</param>
    /// <exception cref="FormatException">The address has a path, and the target leads out of it.</exception>
    public static Uri Uri(ReadOnlySpan<char> prefix, string rawTarget)
    {
        var pathAndQuery = RequestTarget.PathAndQuery(rawTarget);
        if (HasPath(prefix) && RequestTarget.HasDotSegments(pathAndQuery))
            throw new FormatException("it has dot segments, and the upstream's address has a path that they may lead out of");
        return new Uri(string.Concat(prefix, pathAndQuery), AsIs);
    }

    private static bool HasPath(ReadOnlySpan<char> prefix) => prefix[(prefix.IndexOf("://") + 3)..].Contains('/');
}
