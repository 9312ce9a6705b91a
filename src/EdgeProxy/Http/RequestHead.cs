using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Http;

/// <summary>What the head of a request may be: how large, and what the server lets pass that no request may have. The server's own
/// limits lie well above, because what the server refuses by itself gets no answer of ours over HTTP/2, and may cost the other streams
/// their connection.</summary>
internal static class RequestHead
{
    public const int MaxLineSize = 16 * 1024;
    public const int MaxHeadersSize = 32 * 1024;
    public const int MaxHeaders = 200;

    /// <summary>Each name in <c>Connection</c> is looked for among the headers.</summary>
    private const int MaxConnectionOptions = 32;

    // HTTP/1 writes ": " and a line end with each header.
    private const int LineOverhead = 4;

    // RFC 9110 §5.5: of the control characters a field value may have only the tab.
    private static readonly SearchValues<char> Controls =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Append('\x7f').Select(code => (char)code).Where(control => control != '\t')]);

    /// <summary>Whether another server might read the request differently: a transfer coding beside <c>chunked</c> (RFC 9112 §6.1), one in
    /// HTTP/1.0, or a control character in a field value; or whether it names more headers in <c>Connection</c> than anybody
    /// needs.</summary>
    public static bool IsMalformed(HttpContext context)
    {
        var headers = context.Request.Headers;
        return (headers.TransferEncoding.Count > 0 && !IsChunked(context.Request))
            || headers.Connection.ToString().AsSpan().Count(',') >= MaxConnectionOptions
            || HasControls(headers);
    }

    public static bool IsTooLarge(HttpContext context)
    {
        var request = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        return request.Method.Length + request.RawTarget.Length > MaxLineSize || AreTooLarge(request.Headers);
    }

    private static bool IsChunked(HttpRequest request) =>
        HttpProtocol.IsHttp11(request.Protocol)
        && string.Equals(request.Headers.TransferEncoding.ToString(), "chunked", StringComparison.OrdinalIgnoreCase);

    private static bool HasControls(IHeaderDictionary headers)
    {
        foreach (var (_, values) in headers)
        {
            for (var index = 0; index < values.Count; index++)
            {
                if (values[index].AsSpan().ContainsAny(Controls))
                    return true;
            }
        }

        return false;
    }

    private static bool AreTooLarge(IHeaderDictionary headers)
    {
        int size = 0, count = 0;
        foreach (var (name, values) in headers)
        {
            // HTTP/2 has the request line among the headers.
            if (name[0] == ':')
                continue;
            for (var index = 0; index < values.Count; index++)
                size += name.Length + LineOverhead + (values[index]?.Length ?? 0);
            count += values.Count;
        }

        return size > MaxHeadersSize || count > MaxHeaders;
    }
}
