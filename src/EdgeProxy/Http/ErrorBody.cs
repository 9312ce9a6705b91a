using System.Collections.Frozen;
using System.Text;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.WebUtilities;

namespace EdgeProxy.Http;

/// <summary>The JSON body of an error that we answer ourselves: three members in a fixed order, encoded once.</summary>
internal static class ErrorBody
{
    public const string ContentType = "application/json";

    private static readonly FrozenDictionary<int, byte[]> Defaults = new Dictionary<int, byte[]>
    {
        [400] = Encode("BAD_REQUEST", "the request is malformed"),
        [404] = Encode("NOT_FOUND", "nothing is served at this address"),
        [408] = Encode("REQUEST_TIMEOUT", "the request did not arrive in time"),
        [411] = Encode("LENGTH_REQUIRED", "the request does not say how long its body is"),
        [413] = Encode("PAYLOAD_TOO_LARGE", "the request body is larger than allowed"),
        [417] = Encode("EXPECTATION_FAILED", "the expectation of the request cannot be met"),
        [421] = Encode("MISDIRECTED_REQUEST", "the connection was made for another host"),
        [429] = Encode("TOO_MANY_REQUESTS", "too many requests have come from this client"),
        [431] = Encode("REQUEST_HEADER_FIELDS_TOO_LARGE", "the head of the request is larger than allowed"),
        [500] = Encode("INTERNAL_SERVER_ERROR", "the request failed inside the proxy"),
        [501] = Encode("NOT_IMPLEMENTED", "the request asks for something that is not offered here"),
        [502] = Encode("BAD_GATEWAY", "received an invalid response from the upstream server"),
        [503] = Encode("SERVICE_UNAVAILABLE", "no upstream server is available"),
        [504] = Encode("GATEWAY_TIMEOUT", "the upstream server did not answer in time"),
        [505] = Encode("HTTP_VERSION_NOT_SUPPORTED", "the HTTP version is not supported"),
        [508] = Encode("LOOP_DETECTED", "the request has passed this proxy before"),
    }.ToFrozenDictionary();

    /// <summary>The body for a status when no site has its own.</summary>
    public static ReadOnlyMemory<byte> Default(int status) =>
        Defaults.TryGetValue(status, out var body) ? body : Encode(CodeOf(status), ReasonPhrases.GetReasonPhrase(status));

    /// <summary>Replaces whatever the response holds so far. Does nothing once it has started; nothing can be taken back then.</summary>
    public static async Task WriteAsync(HttpContext context, int status)
    {
        var response = context.Response;
        if (response.HasStarted)
            return;

        var body = For(context, status);
        response.Clear();
        response.StatusCode = status;
        response.ContentType = ContentType;
        response.ContentLength = body.Length;

        // An HTTP/1 connection cannot be used again: what follows on it may be the rest of the body.
        if (status is 400 or 408 or 413 && context.Request.Protocol.StartsWith("HTTP/1", StringComparison.Ordinal))
            response.Headers.Connection = "close";
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(body);
    }

    private static ReadOnlyMemory<byte> For(HttpContext context, int status) =>
        context.Features.Get<RequestFacts>() is { } facts && facts.Site.Config.Errors.TryGetValue(status, out var own)
            ? own
            : Default(status);

    private static string CodeOf(int status) =>
        ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } phrase
            ? phrase.ToUpperInvariant().Replace(' ', '_').Replace('-', '_')
            : $"STATUS_{status}";

    private static byte[] Encode(string code, string message) =>
        Encoding.ASCII.GetBytes($$"""{"data": null, "code": "{{code}}", "message": "{{message}}"}""");
}
