using System.Collections.Frozen;
using System.Net.Http.Headers;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace EdgeProxy.Proxy.Messages;

/// <summary>Headers that are about one connection only (RFC 9110 §7.6.1): those known as such, and those named in <c>Connection</c>,
/// as far as Kestrel shows them: of <c>keep-alive, X-Name</c> it leaves <c>keep-alive</c> before anybody else sees the request.</summary>
internal static class HopByHopHeaders
{
    public static readonly FrozenSet<string> Names = new[]
    {
        HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.TE, HeaderNames.TransferEncoding, HeaderNames.Upgrade, "HTTP2-Settings",
        HeaderNames.ProxyConnection, HeaderNames.ProxyAuthorization, HeaderNames.ProxyAuthenticate,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // Kestrel's name for a Content-Length beside chunked, which says nothing about the message (RFC 9112 §6.1).
    private const string LengthBesideChunked = "X-Content-Length";

    /// <summary>The further headers of a request that must stay behind; null when there are none, as nearly always.</summary>
    public static List<string>? FurtherIn(IHeaderDictionary request)
    {
        var further = NamedIn(request.Connection);
        // RFC 9110 §10.1.1: we meet the expectation ourselves, when the body is first read.
        if (request.Expect.Count > 0)
            (further ??= []).Add(HeaderNames.Expect);
        if (request.TransferEncoding.Count > 0 && request.ContainsKey(LengthBesideChunked))
            (further ??= []).Add(LengthBesideChunked);
        return further;
    }

    /// <summary>Takes out of a response what the upstream's <c>Connection</c> header names.</summary>
    public static void RemoveNamed(HttpResponseHeaders upstream, IHeaderDictionary response)
    {
        if (!upstream.NonValidated.TryGetValues(HeaderNames.Connection, out var connection))
            return;
        foreach (var name in NamedIn(connection.ToString()) ?? [])
            response.Remove(name);
    }

    private static List<string>? NamedIn(StringValues connection)
    {
        List<string>? named = null;
        foreach (var line in connection)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                var name = line.AsSpan(range).Trim();
                if (!IsHarmless(name))
                    (named ??= []).Add(name.ToString());
            }
        }

        return named;
    }

    // What a message is framed and addressed by cannot be taken away by naming it.
    private static bool IsHarmless(ReadOnlySpan<char> name) =>
        name.IsEmpty
        || name.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)
        || name.Equals("close", StringComparison.OrdinalIgnoreCase)
        || name.Equals(HeaderNames.Upgrade, StringComparison.OrdinalIgnoreCase)
        || name.Equals(HeaderNames.Host, StringComparison.OrdinalIgnoreCase)
        || name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase);
}
