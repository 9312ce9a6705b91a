using System.Collections.Frozen;
using System.Net.Http.Headers;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace EdgeProxy.Proxy.Messages;

/// <summary>Which headers of a message stay behind, for sites and for the routes of YARP's own section: those about one connection only
/// (RFC 9110 §7.6.1), known as such or named in <c>Connection</c>. Everything else passes, also what YARP's own copy would leave out.
/// Kestrel shows only <c>keep-alive</c> of <c>Connection: keep-alive, X-Name</c>, so the name beside it is not seen here.</summary>
internal static class MessagePolicy
{
    /// <summary>Of a client's request.</summary>
    public static readonly FrozenSet<string> RequestHeadersThatStay = new[]
    {
        HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.TE, HeaderNames.TransferEncoding, HeaderNames.Upgrade, "HTTP2-Settings",
        HeaderNames.ProxyConnection, HeaderNames.ProxyAuthorization, HeaderNames.ProxyAuthenticate, "Proxy-Authentication-Info",
        // RFC 9110 §10.1.1: we meet the expectation ourselves, when the body is first read.
        HeaderNames.Expect,
        // CGI programs find it as HTTP_PROXY and would send their own requests there ("httpoxy").
        "Proxy",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Of an upstream's response.</summary>
    public static readonly FrozenSet<string> ResponseHeadersThatStay = new[]
    {
        HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.TE, HeaderNames.TransferEncoding, HeaderNames.Upgrade, "HTTP2-Settings",
        HeaderNames.ProxyConnection, HeaderNames.ProxyAuthorization, HeaderNames.ProxyAuthenticate, "Proxy-Authentication-Info",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // Kestrel's name for a Content-Length beside chunked, which says nothing about the message (RFC 9112 §6.1).
    private const string LengthBesideChunked = "X-Content-Length";

    /// <summary>The further headers of this request that must stay behind; null when there are none, as nearly always.</summary>
    public static HashSet<string>? FurtherHeadersThatStay(IHeaderDictionary request)
    {
        var further = NamedIn(request.Connection);
        if (request.TransferEncoding.Count > 0 && request.ContainsKey(LengthBesideChunked))
            (further ??= Names()).Add(LengthBesideChunked);
        return further;
    }

    /// <summary>The further headers of this response that must stay behind; null when there are none, as nearly always.</summary>
    public static HashSet<string>? FurtherHeadersThatStay(HttpResponseHeaders response) =>
        response.NonValidated.TryGetValues(HeaderNames.Connection, out var connection) ? NamedIn(connection.ToString()) : null;

    private static HashSet<string>? NamedIn(StringValues connection)
    {
        HashSet<string>? named = null;
        foreach (var line in connection)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                var name = line.AsSpan(range).Trim();
                if (!IsHarmless(name))
                    (named ??= Names()).Add(name.ToString());
            }
        }

        return named;
    }

    private static HashSet<string> Names() => new(StringComparer.OrdinalIgnoreCase);

    // What a message is framed and addressed by cannot be taken away by naming it.
    private static bool IsHarmless(ReadOnlySpan<char> name) =>
        name.IsEmpty
        || name.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)
        || name.Equals("close", StringComparison.OrdinalIgnoreCase)
        || name.Equals(HeaderNames.Upgrade, StringComparison.OrdinalIgnoreCase)
        || name.Equals(HeaderNames.Host, StringComparison.OrdinalIgnoreCase)
        || name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase);
}
