using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Http;

/// <summary>How large the head of a request may be. The server's own limits lie well above, because what the server refuses by itself
/// gets no answer of ours over HTTP/2, and may cost the other streams their connection.</summary>
internal static class RequestHead
{
    public const int MaxLineSize = 16 * 1024;
    public const int MaxHeadersSize = 32 * 1024;
    public const int MaxHeaders = 200;

    // HTTP/1 writes ": " and a line end with each header.
    private const int LineOverhead = 4;

    public static bool IsTooLarge(HttpContext context)
    {
        var request = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        return request.Method.Length + request.RawTarget.Length > MaxLineSize || AreTooLarge(request.Headers);
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
