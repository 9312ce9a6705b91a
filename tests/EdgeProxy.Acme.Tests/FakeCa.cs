using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json;

namespace EdgeProxy.Acme.Tests;

/// <summary>A CA that answers what a test tells it to, for what a real one cannot be brought to say.</summary>
internal sealed class FakeCa : HttpMessageHandler
{
    public static readonly Uri DirectoryUrl = new("https://ca.test/dir");
    public static readonly Uri AccountUrl = new("https://ca.test/account/1");
    public static readonly Uri OrderUrl = new("https://ca.test/order/1");

    private readonly Dictionary<string, Queue<Func<HttpResponseMessage>>> _answers = [];
    private int _nonces;

    public FakeCa()
    {
        On("/dir", Answer.Json("""
            {
              "newNonce": "https://ca.test/nonce", "newAccount": "https://ca.test/new-account", "newOrder": "https://ca.test/new-order",
              "revokeCert": "https://ca.test/revoke", "aKeyNobodyKnows": {"deep": [1, 2]}
            }
            """));
        On("/nonce", Answer.Empty());
    }

    /// <summary>The requests that came, in order.</summary>
    public List<FakeRequest> Requests { get; } = [];

    /// <summary>Answers for one path, in order; the last one is repeated.</summary>
    public FakeCa On(string path, params Func<HttpResponseMessage>[] answers)
    {
        _answers[path] = new Queue<Func<HttpResponseMessage>>(answers);
        return this;
    }

    /// <summary>A client with an account here.</summary>
    public AcmeClient Client(TimeProvider? time = null, AcmeAccountKey? key = null) =>
        new(new HttpMessageInvoker(this), DirectoryUrl, key ?? AcmeAccountKey.Generate(), time ?? TimeProvider.System,
            // A clock that skips waits would skip the wait for an answer, too.
            new AcmeClientOptions { RequestTimeout = Timeout.InfiniteTimeSpan }) { AccountUrl = AccountUrl };

    public int Count(string path) => Requests.Count(request => request.Path == path);

    public FakeRequest Last(string path) => Requests.Last(request => request.Path == path);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        var body = request.Content is null ? null : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        Requests.Add(new FakeRequest(request.Method, path, request.Content?.Headers.ContentType?.ToString(), body, request.Headers.UserAgent.ToString()));
        if (!_answers.TryGetValue(path, out var answers)) return Answer.Problem(404, "malformed", $"nothing at {path}")();
        var response = (answers.Count > 1 ? answers.Dequeue() : answers.Peek())();
        if (response.Headers.Contains(Answer.NoNonce)) response.Headers.Remove(Answer.NoNonce);
        else response.Headers.TryAddWithoutValidation("Replay-Nonce", $"nonce-{++_nonces}");
        return response;
    }
}

/// <summary>What a client sent, taken apart.</summary>
internal sealed record FakeRequest(HttpMethod Method, string Path, string? ContentType, byte[]? Body, string UserAgent)
{
    /// <summary>The protected header of the JWS.</summary>
    public JsonElement Header => JsonDocument.Parse(Part("protected")).RootElement;

    /// <summary>The payload of the JWS as text; empty for a POST-as-GET.</summary>
    public string Payload => Part("payload");

    public string? Nonce => Header.GetProperty("nonce").GetString();

    private string Part(string name)
    {
        var jws = JsonDocument.Parse(Body).RootElement;
        return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(jws.GetProperty(name).GetString()));
    }
}

/// <summary>Answers to give to a <see cref="FakeCa"/>.</summary>
internal static class Answer
{
    /// <summary>A header that only says: send no nonce with this answer.</summary>
    public const string NoNonce = "X-No-Nonce";

    public static Func<HttpResponseMessage> Json(string json, params (string Name, string Value)[] headers) =>
        Text(200, "application/json", json, headers);

    public static Func<HttpResponseMessage> Created(string json, Uri? location) =>
        Text(201, "application/json", json, location is null ? [] : [("Location", location.OriginalString)]);

    public static Func<HttpResponseMessage> Problem(int status, string type, string detail, params (string Name, string Value)[] headers) =>
        Text(status, "application/problem+json", $$"""{"type":"urn:ietf:params:acme:error:{{type}}","detail":"{{detail}}"}""", headers);

    public static Func<HttpResponseMessage> Pem(string pem, params (string Name, string Value)[] headers) =>
        Text(200, "application/pem-certificate-chain", pem, headers);

    public static Func<HttpResponseMessage> Empty(params (string Name, string Value)[] headers) => Text(200, null, "", headers);

    public static Func<HttpResponseMessage> Text(int status, string? mediaType, string text, params (string Name, string Value)[] headers) =>
        () =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text)) };
            if (mediaType is not null) response.Content.Headers.ContentType = new(mediaType);
            foreach (var (name, value) in headers) response.Headers.TryAddWithoutValidation(name, value);
            return response;
        };
}
