namespace EdgeProxy.Sites;

/// <summary>What a request is about, where that decides how it is treated.</summary>
internal static class RequestKind
{
    /// <summary>Whether client and upstream talk to each other at their own pace, so that silence means nothing: gRPC, a WebSocket, an event
    /// stream.</summary>
    public static bool IsConversation(HttpRequest request) =>
        IsGrpc(request)
        || request.Headers.Upgrade.Count > 0
        || HttpMethods.IsConnect(request.Method)
        || request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);

    /// <summary>gRPC-Web ("application/grpc-web") is made for HTTP/1.1 and is not meant.</summary>
    public static bool IsGrpc(HttpRequest request) =>
        HttpProtocol.IsHttp2(request.Protocol)
        && request.ContentType is { } type
        && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
        && (type.Length == 16 || type[16] is '+' or ';');
}
