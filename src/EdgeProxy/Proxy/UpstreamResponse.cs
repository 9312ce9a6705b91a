using Microsoft.Net.Http.Headers;

namespace EdgeProxy.Proxy;

/// <summary>What has to be known about an upstream's response before its head goes on to the client.</summary>
internal static class UpstreamResponse
{
    /// <summary>Throws when the end of the response is ambiguous or its coding unknown (RFC 9112 §6.1, §6.3): such a one is not forwarded.</summary>
    public static void Check(HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues(HeaderNames.TransferEncoding, out var coding))
            return;
        if (response.Content.Headers.NonValidated.Contains(HeaderNames.ContentLength))
            throw new HttpRequestException(HttpRequestError.InvalidResponse, "both Content-Length and Transfer-Encoding");
        if (!coding.ToString().Equals("chunked", StringComparison.OrdinalIgnoreCase))
            throw new HttpRequestException(HttpRequestError.InvalidResponse, "a Transfer-Encoding other than chunked");
    }

    public static bool IsEventStream(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues(HeaderNames.ContentType, out var type)
        && type.ToString().StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);
}
