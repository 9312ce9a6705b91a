using System.Globalization;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Sites;

namespace EdgeProxy.Http;

/// <summary>The redirects of a site as parts of its pipeline: from plain http to https, and to the target of a site that only redirects.
/// The host written is always one that a site has; path and query are the client's bytes.</summary>
internal static class Redirect
{
    /// <summary>Sends plain http to https. A client that uses https to a trusted proxy before us is not redirected: it would be sent to
    /// the same URL over and over.</summary>
    public static RequestDelegate ToHttps(Site site, RequestDelegate secure) => context =>
    {
        var facts = RequestFacts.Of(context);
        return facts.IsSecure
            ? secure(context)
            : Answer(context, facts, site.RedirectStatusCode, HostName.HttpsOrigin(facts.Host, facts.PublicHttpsPort));
    };

    /// <summary>Sends every request to <paramref name="location"/>, with its own path and query behind that.</summary>
    public static RequestDelegate To(Uri location, int statusCode)
    {
        var prefix = Prefix(location);
        return context => Answer(context, RequestFacts.Of(context), statusCode, prefix);
    }

    private static Task Answer(HttpContext context, RequestFacts facts, int statusCode, string prefix)
    {
        context.Response.StatusCode = statusCode;
        context.Response.Headers.Location = string.Concat(prefix, RequestTarget.PathAndQuery(facts.RawTarget));
        return Task.CompletedTask;
    }

    private static string Prefix(Uri location)
    {
        var port = location.IsDefaultPort ? "" : string.Create(CultureInfo.InvariantCulture, $":{location.Port}");
        return $"{location.Scheme}://{HostName.InUrl(location.IdnHost)}{port}{location.AbsolutePath.TrimEnd('/')}";
    }
}
