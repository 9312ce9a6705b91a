namespace EdgeProxy.Sites;

/// <summary>Kinds of requests that are treated differently from the rest.</summary>
internal static class RequestKind
{
    /// <summary>Whether the client sends its body at its own pace, so that silence means nothing: gRPC, or a WebSocket over HTTP/2. An
    /// upgrade in HTTP/1.1 has no body, and a request for an event stream is sent at once, like any other.</summary>
    public static bool IsConversation(HttpRequest request) => IsGrpc(request) || HttpMethods.IsConnect(request.Method);

    /// <summary>gRPC-Web ("application/grpc-web") is made for HTTP/1.1 and is not meant.</summary>
    public static bool IsGrpc(HttpRequest request) =>
        HttpProtocol.IsHttp2(request.Protocol)
        && request.ContentType is { } type
        && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
        && (type.Length == 16 || type[16] is '+' or ';');
}
