using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace EdgeProxy.EndToEnd;

/// <summary>One exchange between EdgeProxy and its CA.</summary>
public sealed record CaExchange(string Method, string Path, int Status, byte[] Answer, DateTimeOffset At);

/// <summary>
/// A TLS server between EdgeProxy and its CA: passes everything on, keeps what was said, and misbehaves where a test asks it to.
/// </summary>
public sealed class CaRelay : IAsyncDisposable
{
    private static readonly string[] BodyHeaders = ["Content-Type", "Content-Length"];

    private readonly TestFolder _folder = new();
    private readonly HttpClient _client = Clients.Http();
    private readonly Uri? _target;
    private LocalServer? _server;

    private CaRelay(Uri? target) => _target = target;

    /// <summary>
    /// Starts a relay to <paramref name="directoryUrl"/>; without one there is nothing behind it but <see cref="Intercept"/>.
    /// </summary>
    public static async Task<CaRelay> StartAsync(Uri? directoryUrl = null)
    {
        var relay = new CaRelay(directoryUrl);
        var ca = TestCa.CreateRoot();
        relay.RootPemPath = relay._folder.Write("relay-root.pem", ca.Pem);
        var certificate = ca.Issue().ToCertificate();
        relay._server = await LocalServer.StartAsync(relay.AnswerAsync, listen: listener => listener.UseHttps(certificate));
        return relay;
    }

    public string DirectoryUrl => $"https://localhost:{_server!.Port}{_target?.AbsolutePath ?? "/dir"}";

    /// <summary>The root to trust for the relay's own certificate.</summary>
    public string RootPemPath { get; private set; } = "";

    /// <summary>Answers a request itself and gives true, or gives false and the request is passed on.</summary>
    public Func<HttpContext, Task<bool>> Intercept { get; set; } = _ => Task.FromResult(false);

    /// <summary>Everything said so far, in order of the answers.</summary>
    public ConcurrentQueue<CaExchange> Exchanges { get; } = new();

    /// <summary>Pebble's paths: a new order is one POST that was answered with 201.</summary>
    public int OrderCount => Exchanges.Count(exchange => exchange is { Path: "/order-plz", Status: 201 });

    /// <summary>The certificates that the CA sent, as it sent them.</summary>
    public IEnumerable<byte[]> SentChains =>
        Exchanges.Where(exchange => exchange is { Method: "POST", Status: 200 })
            .Select(exchange => exchange.Answer)
            .Where(answer => answer.AsSpan().StartsWith("-----BEGIN CERTIFICATE"u8));

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _client.Dispose();
        _folder.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (await Intercept(context))
        {
            Exchanges.Enqueue(
                new CaExchange(context.Request.Method, context.Request.Path, context.Response.StatusCode, [], DateTimeOffset.UtcNow));
            return;
        }
        if (_target is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        using var request = Translate(context.Request);
        using var answer = await _client.SendAsync(request, context.RequestAborted);
        var body = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
        Exchanges.Enqueue(
            new CaExchange(context.Request.Method, context.Request.Path, (int)answer.StatusCode, body, DateTimeOffset.UtcNow));
        await WriteAsync(context, answer, body);
    }

    /// <summary>The same request to the CA. The Host stays the relay's, so that the CA's own URLs lead here.</summary>
    private HttpRequestMessage Translate(HttpRequest request)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(_target!, request.Path + request.QueryString));
        if (request.ContentLength > 0)
            message.Content = new StreamContent(request.Body);
        foreach (var (name, value) in request.Headers)
        {
            if (BodyHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
                message.Content?.Headers.TryAddWithoutValidation(name, (string?)value);
            else
                message.Headers.TryAddWithoutValidation(name, (string?)value);
        }
        return message;
    }

    private static async Task WriteAsync(HttpContext context, HttpResponseMessage answer, byte[] body)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
            if (name is not "Transfer-Encoding" and not "Content-Length")
                context.Response.Headers[name] = values.ToArray();
        if (answer.StatusCode != HttpStatusCode.NoContent && context.Request.Method != "HEAD")
            await context.Response.Body.WriteAsync(body);
    }
}
