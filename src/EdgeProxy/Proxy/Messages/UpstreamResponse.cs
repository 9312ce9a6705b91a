using Microsoft.Net.Http.Headers;

namespace EdgeProxy.Proxy.Messages;

/// <summary>What has to be known about an upstream's response before its head goes on to the client.</summary>
internal static class UpstreamResponse
{
    /// <summary>Throws when the end of the response is ambiguous or its coding unknown (RFC 9112 §6.1, §6.3).</summary>
    public static void Check(HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues(HeaderNames.TransferEncoding, out var coding))
            return;
        if (response.Content.Headers.NonValidated.Contains(HeaderNames.ContentLength))
            throw new HttpRequestException(HttpRequestError.InvalidResponse, "both Content-Length and Transfer-Encoding");
        if (!coding.ToString().Equals("chunked", StringComparison.OrdinalIgnoreCase))
            throw new HttpRequestException(HttpRequestError.InvalidResponse, "a Transfer-Encoding other than chunked");
    }

    /// <summary>Whether a client waits for the head, and the body may be long in coming: server-sent events, and gRPC messages. A gRPC
    /// response with a status in its head has no messages.</summary>
    public static bool IsStream(HttpResponseMessage response)
    {
        if (!response.Content.Headers.NonValidated.TryGetValues(HeaderNames.ContentType, out var values))
            return false;
        var type = values.ToString();
        return type.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase)
            || (type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
                && !response.Headers.NonValidated.Contains(HeaderNames.GrpcStatus));
    }
}
