using System.Net.Http.Headers;

namespace EdgeProxy.Acme;

/// <summary>
/// Sends requests as RFC 8555 §6 wants them: over HTTPS, signed, each with a nonce of its own. Every failure but cancellation is an
/// <see cref="AcmeException"/>.
/// </summary>
internal sealed class AcmeTransport(HttpMessageInvoker network, TimeProvider time, AcmeClientOptions options)
{
    /// <summary>A test CA may refuse half of all good nonces on purpose; so many in a row are one case in two million.</summary>
    private const int MostBadNonces = 20;

    private readonly NoncePool _nonces = new();

    /// <summary>A plain GET, which only the directory answers (RFC 8555 §6.3).</summary>
    public async Task<AcmeResponse> GetAsync(Uri url, CancellationToken cancellationToken) =>
        Accepted(await SendAsync(HttpMethod.Get, url, null, cancellationToken));

    /// <summary>A POST that <paramref name="sign"/> makes from a nonce.</summary>
    public async Task<AcmeResponse> PostAsync(Uri newNonce, Uri url, Func<string, byte[]> sign, CancellationToken cancellationToken)
    {
        var nonce = _nonces.Take();
        for (var refused = 0; ; refused++)
        {
            nonce ??= await GetNonceAsync(newNonce, cancellationToken);
            var response = await SendAsync(HttpMethod.Post, url, sign(nonce), cancellationToken);
            // RFC 8555 §6.5: "On receiving such a response, a client SHOULD retry the request using the new nonce."
            if (AcmeRefusal.ProblemOf(response)?.Type != AcmeErrorType.BadNonce || refused == MostBadNonces)
            {
                _nonces.Put(response.Nonce);
                return Accepted(response);
            }
            nonce = response.Nonce;
        }
    }

    private async Task<string> GetNonceAsync(Uri newNonce, CancellationToken cancellationToken)
    {
        var response = Accepted(await SendAsync(HttpMethod.Head, newNonce, null, cancellationToken));
        return response.Nonce ?? throw new AcmeException($"{newNonce} answered without a usable Replay-Nonce header.");
    }

    private static AcmeResponse Accepted(AcmeResponse response) => response.IsSuccess ? response : throw AcmeRefusal.From(response);

    private async Task<AcmeResponse> SendAsync(HttpMethod method, Uri url, byte[]? body, CancellationToken cancellationToken)
    {
        // RFC 8555 §6.1: "Use of HTTPS is REQUIRED." This holds for URLs the CA names, too.
        if (url.Scheme != Uri.UriSchemeHttps)
            throw AcmeException.Permanent($"{url} is not an https URL, which ACME demands.");
        using var timeout = new CancellationTokenSource(options.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var request = CreateRequest(method, url, body);
            using var response = await network.SendAsync(request, either.Token);
            return await AcmeResponse.ReadAsync(response, url, time.GetUtcNow(), either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw NetworkFailure.Timeout(url, options.RequestTimeout, exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw NetworkFailure.From(url, exception);
        }
    }

    private HttpRequestMessage CreateRequest(HttpMethod method, Uri url, byte[]? body)
    {
        var request = new HttpRequestMessage(method, url);
        // RFC 8555 §6.1: "ACME clients MUST send a User-Agent header field".
        request.Headers.UserAgent.ParseAdd(options.UserAgent);
        request.Headers.AcceptLanguage.ParseAdd("en");
        if (body is null)
            return request;
        request.Content = new ByteArrayContent(body);
        // RFC 8555 §6.2: the media type is exactly this one.
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/jose+json");
        return request;
    }
}
