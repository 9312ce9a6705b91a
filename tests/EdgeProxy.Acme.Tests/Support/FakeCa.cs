using System.Security.Cryptography;

namespace EdgeProxy.Acme.Tests;

/// <summary>A CA that answers what a test tells it to, for what a real one cannot be brought to say.</summary>
internal sealed class FakeCa : HttpMessageHandler
{
    public static readonly Uri DirectoryUrl = new("https://ca.test/dir");
    public static readonly Uri AccountUrl = new("https://ca.test/account/1");
    public static readonly Uri OrderUrl = new("https://ca.test/order/1");

    // No time-out: on a clock that skips waits it would end every request at once.
    private static readonly AcmeClientOptions WithoutTimeout = new() { RequestTimeout = Timeout.InfiniteTimeSpan };

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

    /// <summary>A chain of one certificate, as PEM, valid at <see cref="SkippingTime.Start"/> unless said otherwise.</summary>
    public static string Issue(AsymmetricAlgorithm key, string[] names, string issuer = "Fake issuer", DateTimeOffset? notAfter = null)
    {
        var lifetime = TimeSpan.FromDays(100);
        var end = notAfter ?? SkippingTime.Start.AddDays(90);
        return TestCa.CreateRoot(issuer).IssueFor(names, key, lifetime, end - lifetime);
    }

    /// <summary>A client with an account here.</summary>
    public AcmeClient Client(TimeProvider? time = null, AcmeAccountKey? key = null) =>
        new(new HttpMessageInvoker(this), DirectoryUrl, key ?? AcmeAccountKey.Generate(), time ?? TimeProvider.System, WithoutTimeout)
        {
            AccountUrl = AccountUrl,
        };

    public int Count(string path) => Requests.Count(request => request.Path == path);

    public FakeRequest Last(string path) => Requests.Last(request => request.Path == path);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        var body = request.Content is null ? null : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var contentType = request.Content?.Headers.ContentType?.ToString();
        Requests.Add(new FakeRequest(request.Method, path, contentType, body, request.Headers.UserAgent.ToString()));
        if (!_answers.TryGetValue(path, out var answers))
            return Answer.Problem(404, "malformed", $"nothing at {path}")();
        var response = (answers.Count > 1 ? answers.Dequeue() : answers.Peek())();
        if (response.Headers.Contains(Answer.NoNonce))
            response.Headers.Remove(Answer.NoNonce);
        else
            response.Headers.TryAddWithoutValidation("Replay-Nonce", $"nonce-{++_nonces}");
        return response;
    }
}
