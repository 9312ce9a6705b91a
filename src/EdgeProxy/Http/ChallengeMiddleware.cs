using System.Text;
using EdgeProxy.Acme;
using EdgeProxy.Sites;

namespace EdgeProxy.Http;

/// <summary>Answers http-01 challenges (RFC 8555 §8.3), whatever the host. On plain http the folder is ours: what is in it, read raw or
/// normalized, and is not exactly a known token is 404. On https only a known token is ours; the rest belongs to the site's upstream.</summary>
internal sealed class ChallengeMiddleware(RequestDelegate next, ChallengeTable challenges)
{
    public Task InvokeAsync(HttpContext context)
    {
        var raw = RequestTarget.PathAndQuery(RequestTarget.Raw(context));
        var named = raw.StartsWith(Http01.PathPrefix, StringComparison.Ordinal);
        if (named && FindAnswer(context.Request.Method, raw[Http01.PathPrefix.Length..].ToString()) is { } keyAuthorization)
            return WriteAsync(context, keyAuthorization);

        var ours = ListenerFeature.Of(context) == ListenerKind.Http && (named || NormalizesToFolder(context.Request.Path));
        return ours ? ErrorBody.WriteAsync(context, StatusCodes.Status404NotFound) : next(context);
    }

    private string? FindAnswer(string method, string token) =>
        (HttpMethods.IsGet(method) || HttpMethods.IsHead(method)) ? challenges.Find(token) : null;

    // Kestrel's Path has percent-encoding and dot segments resolved.
    private static bool NormalizesToFolder(PathString path) => path.Value?.StartsWith(Http01.PathPrefix, StringComparison.OrdinalIgnoreCase) == true;

    private static async Task WriteAsync(HttpContext context, string keyAuthorization)
    {
        var body = Encoding.ASCII.GetBytes(keyAuthorization);
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body);
    }
}
