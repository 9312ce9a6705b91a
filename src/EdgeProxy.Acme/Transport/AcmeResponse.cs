using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace EdgeProxy.Acme;

/// <summary>An answer of the CA, read whole.</summary>
internal sealed record AcmeResponse(Uri Url, HttpStatusCode Status, string? MediaType, byte[] Body)
{
    private const int LargestBody = 1024 * 1024;

    public string? Nonce { get; private init; }
    public Uri? Location { get; private init; }
    public TimeSpan? RetryAfter { get; private init; }
    public IReadOnlyList<Uri> Alternates { get; private init; } = [];

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    public static async Task<AcmeResponse> ReadAsync(
        HttpResponseMessage response, Uri url, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var headers = response.Headers;
        return new AcmeResponse(url, response.StatusCode, response.Content.Headers.ContentType?.MediaType,
            await ReadBodyAsync(response.Content, url, cancellationToken))
        {
            Nonce = NoncePool.Validate(headers.TryGetValues("Replay-Nonce", out var nonces) ? nonces.FirstOrDefault() : null),
            // Some CAs send a relative one.
            Location = headers.Location is { } location ? Resolve(url, location) : null,
            RetryAfter = Acme.RetryAfter.Read(headers.RetryAfter, now),
            Alternates = headers.TryGetValues("Link", out var links) ? LinkHeader.Find(links, "alternate", url) : [],
        };
    }

    /// <summary>The body as <typeparamref name="T"/>; unknown members are ignored.</summary>
    /// <exception cref="AcmeException">A required member is missing, one is wrong, or the body is no JSON.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(Body, type) ?? throw new JsonException("it is null");
        }
        catch (JsonException exception)
        {
            var kind = MediaType ?? "a body without media type";
            var reason = ProblemText.Clean(exception.Message);
            throw new AcmeException($"{Url} answered with {kind} that is not the JSON expected there: {reason}", exception)
            {
                StatusCode = Status,
            };
        }
    }

    /// <summary>A URL from the body; relative ones are tolerated.</summary>
    public Uri Resolve(Uri? target) => Resolve(Url, target);

    private static Uri Resolve(Uri url, Uri? target) =>
        Uri.TryCreate(url, target, out var resolved)
            ? resolved
            : throw new AcmeException($"{url} answered with {ProblemText.Clean(target?.OriginalString ?? "null")} where a URL belongs.");

    private static async Task<byte[]> ReadBodyAsync(HttpContent content, Uri url, CancellationToken cancellationToken)
    {
        var body = new MemoryStream();
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (body.Length + read > LargestBody)
                throw new AcmeException($"{url} answered with more than {LargestBody / 1024} KiB.");
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }
}
