using System.Collections.Concurrent;
using System.Globalization;
using EdgeProxy.Configuration.Model;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace EdgeProxy.Tests.Certificates;

/// <summary>
/// The beginning of a CA on a real TLS port, for refusals that a real one cannot be brought to: /dir, /nonce and what a test adds.
/// </summary>
internal sealed class ScriptedCa : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly ConcurrentDictionary<string, IResult> _answers = [];
    private readonly ConcurrentQueue<string> _requests = [];
    private LocalServer? _server;

    private ScriptedCa(TestCa ca) => RootPemPath = _folder.Write("root.pem", ca.Pem);

    /// <summary>PEM file with the root behind the TLS certificate.</summary>
    public string RootPemPath { get; }

    public AcmeConfig Authority => new()
    {
        DirectoryUrl = Url("/dir"),
        TrustedRoots = RootPemPath,
        Email = "ops@example.org",
        AcceptTermsOfService = true,
    };

    public static async Task<ScriptedCa> StartAsync()
    {
        var root = TestCa.CreateRoot();
        var ca = new ScriptedCa(root);
        var certificate = root.Issue().ToCertificate();
        ca._server = await LocalServer.StartAsync(ca.AnswerAsync, listen: listener => listener.UseHttps(certificate));
        var directory = new { newNonce = ca.Url("/nonce"), newAccount = ca.Url("/new-account"), newOrder = ca.Url("/new-order") };
        return ca.On("/dir", Results.Json(directory)).On("/nonce", Results.Ok());
    }

    public Uri Url(string path) => new($"https://localhost:{_server!.Port}{path}");

    public ScriptedCa On(string path, IResult answer)
    {
        _answers[path] = answer;
        return this;
    }

    public ScriptedCa Refuse(string path, int status, string type, TimeSpan? retryAfter = null, string? detail = null) =>
        On(path, new Refusal(status, type, retryAfter, detail ?? $"no, because of {type}"));

    /// <summary>Gives every key that asks the same account.</summary>
    public ScriptedCa Register(string account = "/account/1") =>
        On("/new-account", Results.Created(Url(account), new { status = "valid" }));

    public int Count(string path) => _requests.Count(request => request == path);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _folder.Dispose();
    }

    private Task AnswerAsync(HttpContext context)
    {
        _requests.Enqueue(context.Request.Path);
        context.Response.Headers["Replay-Nonce"] = Guid.NewGuid().ToString("N");
        return _answers.GetValueOrDefault(context.Request.Path, Results.NotFound()).ExecuteAsync(context);
    }

    private sealed class Refusal(int status, string type, TimeSpan? retryAfter, string detail) : IResult
    {
        public Task ExecuteAsync(HttpContext context)
        {
            if (retryAfter is { } delay)
                context.Response.Headers.RetryAfter = ((int)delay.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return Results.Json(new { type = "urn:ietf:params:acme:error:" + type, detail },
                contentType: "application/problem+json", statusCode: status).ExecuteAsync(context);
        }
    }
}
