using System.Security.Authentication;

namespace EdgeProxy.Acme;

/// <summary>Says in a sentence why no answer came.</summary>
internal static class NetworkFailure
{
    public static AcmeException From(Uri url, Exception failure) =>
        new($"{url} cannot be reached: {Reason(url, failure)}", failure) { IsUnreachable = true };

    public static AcmeException Timeout(Uri url, TimeSpan patience, Exception failure) =>
        new($"{url} did not answer within {patience.TotalSeconds:0.#} seconds.", failure) { IsUnreachable = true };

    private static string Reason(Uri url, Exception failure) => failure switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
            $"the name {url.Host} cannot be resolved.",
        HttpRequestException { InnerException: AuthenticationException tls } =>
            $"the TLS handshake failed: {ProblemText.Clean(tls.Message)}",
        _ => ProblemText.Clean(failure.GetBaseException().Message),
    };
}
