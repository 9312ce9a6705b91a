using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeProxy.Tests.Certificates;

/// <summary>The beginning of a CA on a real TLS port, for refusals that a real one cannot be brought to: /dir, /nonce and what a test
/// adds.</summary>
internal sealed class ScriptedCa : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly ConcurrentDictionary<string, IResult> _answers = [];
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly WebApplication _app;

    private ScriptedCa()
    {
        var identity = ServerIdentity.Create();
        RootPemPath = _folder.Write("root.pem", identity.RootPem);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseHttps(Certificate(identity))));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>PEM file with the root behind the TLS certificate.</summary>
    public string RootPemPath { get; }

    public AcmeConfig Authority => new() { DirectoryUrl = Url("/dir"), TrustedRoots = RootPemPath, Email = "ops@example.org", AcceptTermsOfService = true };

    public static async Task<ScriptedCa> StartAsync()
    {
        var ca = new ScriptedCa();
        await ca._app.StartAsync(TestContext.Current.CancellationToken);
        return ca.On("/dir", Results.Json(new { newNonce = ca.Url("/nonce"), newAccount = ca.Url("/new-account"), newOrder = ca.Url("/new-order") }))
            .On("/nonce", Results.Ok());
    }

    public Uri Url(string path) =>
        new($"https://localhost:{new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port}{path}");

    public ScriptedCa On(string path, IResult answer)
    {
        _answers[path] = answer;
        return this;
    }

    public ScriptedCa Refuse(string path, int status, string type, TimeSpan? retryAfter = null, string? detail = null) =>
        On(path, new Refusal(status, type, retryAfter, detail ?? $"no, because of {type}"));

    /// <summary>Gives every key that asks the same account.</summary>
    public ScriptedCa Register(string account = "/account/1") => On("/new-account", Results.Created(Url(account), new { status = "valid" }));

    public int Count(string path) => _requests.Count(request => request == path);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private Task AnswerAsync(HttpContext context)
    {
        _requests.Enqueue(context.Request.Path);
        context.Response.Headers["Replay-Nonce"] = Guid.NewGuid().ToString("N");
        return _answers.GetValueOrDefault(context.Request.Path, Results.NotFound()).ExecuteAsync(context);
    }

    private static X509Certificate2 Certificate(ServerIdentity identity) => X509Certificate2.CreateFromPem(identity.CertificatePem, identity.KeyPem);

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
