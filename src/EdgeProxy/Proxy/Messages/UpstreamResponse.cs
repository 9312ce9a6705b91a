using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace EdgeProxy.Proxy.Messages;

/// <summary>What the client is sent of the head of an upstream's response.</summary>
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

    /// <summary>Copies every header that goes on to the client.</summary>
    public static void CopyHeaders(HttpResponseMessage upstream, IHeaderDictionary response)
    {
        var further = MessagePolicy.FurtherHeadersThatStay(upstream.Headers);
        Copy(upstream.Headers, response, further);
        Copy(upstream.Content.Headers, response, further);
        // RFC 9110 §8.6: a response that can have no body has no length.
        if (upstream.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.SwitchingProtocols)
            response.ContentLength = null;
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

    private static void Copy(HttpHeaders upstream, IHeaderDictionary response, HashSet<string>? further)
    {
        foreach (var (name, values) in upstream.NonValidated)
        {
            if (!MessagePolicy.ResponseHeadersThatStay.Contains(name) && further?.Contains(name) != true)
                response[name] = StringValues.Concat(response[name], values.Count == 1 ? values.ToString() : new StringValues([.. values]));
        }
    }
}
