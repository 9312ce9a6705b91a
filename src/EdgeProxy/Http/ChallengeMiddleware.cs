using System.Text;
using EdgeProxy.Acme;
using EdgeProxy.Sites;

namespace EdgeProxy.Http;

/// <summary>Answers http-01 challenges (RFC 8555 §8.3), whatever the host. On plain http the whole folder is ours: a path that
/// leads into it, as sent or normalized, gets 404 unless it is exactly a known token. On https only a known token is answered; other
/// paths belong to the site's upstream.</summary>
internal sealed class ChallengeMiddleware(RequestDelegate next, ChallengeTable challenges, FindSharedChallenge findShared)
{
    public Task InvokeAsync(HttpContext context)
    {
        var raw = RequestTarget.PathAndQuery(RequestTarget.Raw(context));
        if (raw.StartsWith(Http01.PathPrefix, StringComparison.Ordinal))
            return AnswerAsync(context, raw[Http01.PathPrefix.Length..].ToString());
        return IsPlain(context) && NormalizesToFolder(context.Request.Path)
            ? ErrorBody.WriteAsync(context, StatusCodes.Status404NotFound)
            : next(context);
    }

    private async Task AnswerAsync(HttpContext context, string token)
    {
        if (await FindAnswerAsync(context, token) is { } keyAuthorization)
            await WriteAsync(context, keyAuthorization);
        else if (IsPlain(context))
            await ErrorBody.WriteAsync(context, StatusCodes.Status404NotFound);
        else
            await next(context);
    }

    private async ValueTask<string?> FindAnswerAsync(HttpContext context, string token) =>
        HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
            ? challenges.Find(token) ?? await findShared(token, context.RequestAborted)
            : null;

    private static bool IsPlain(HttpContext context) => ListenerFeature.Of(context) == ListenerKind.Http;

    // Kestrel's Path has percent-encoding and dot segments resolved.
    private static bool NormalizesToFolder(PathString path) =>
        path.Value?.StartsWith(Http01.PathPrefix, StringComparison.OrdinalIgnoreCase) == true;

    private static async Task WriteAsync(HttpContext context, string keyAuthorization)
    {
        var body = Encoding.ASCII.GetBytes(keyAuthorization);
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body);
    }
}

/// <summary>Finds the key authorization of a challenge that another process has opened; null when there is none.</summary>
internal delegate Task<string?> FindSharedChallenge(string token, CancellationToken cancellationToken);
