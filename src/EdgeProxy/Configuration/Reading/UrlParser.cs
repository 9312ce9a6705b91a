namespace EdgeProxy.Configuration.Reading;

/// <summary>Absolute http and https URLs from what a person wrote. A URL that carries a password is never repeated in a message.</summary>
internal static class UrlParser
{
    /// <summary>An address that a path can be appended to: without query, fragment and user.</summary>
    public static Uri Base(string text)
    {
        var url = Absolute(text);
        if (url.Query.Length > 0 || text.Contains('?', StringComparison.Ordinal))
            throw new FormatException($"{Quote(text)} must not have a query (?...).");
        if (url.Fragment.Length > 0 || text.Contains('#', StringComparison.Ordinal))
            throw new FormatException($"{Quote(text)} must not have a fragment (#...).");
        return url;
    }

    /// <summary>A URL of a CA's directory: https, because the answers decide where account and order requests go.</summary>
    public static Uri Https(string text) => text.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        ? Absolute(text)
        : throw new FormatException($"{Quote(text)} must start with https://.");

    /// <summary>The text that is parsed to <paramref name="url"/>; without the slash of an address that has no path.</summary>
    public static string Format(Uri url) => url.PathAndQuery == "/" ? url.AbsoluteUri.TrimEnd('/') : url.AbsoluteUri;

    private static Uri Absolute(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            var example = text.Contains('@', StringComparison.Ordinal) ? "api:8071" : text.TrimStart('/');
            throw new FormatException($"{Quote(text)} is not a complete URL: write the scheme too, such as http://{example}");
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0)
            throw new FormatException($"{Quote(text)} is not a URL: write one such as http://api:8071.");
        if (url.UserInfo.Length > 0)
            throw new FormatException("must not have a user name or password in it.");
        if (url.Scheme is not ("http" or "https"))
            throw new FormatException($"{Quote(text)} must start with http:// or https://.");
        if (url.Port == 0)
            throw new FormatException($"{Quote(text)} has port 0: write the port that the server listens on.");
        return url;
    }

    private static string Quote(string text) => text.Contains('@', StringComparison.Ordinal) ? "the URL" : $"\"{text}\"";
}
