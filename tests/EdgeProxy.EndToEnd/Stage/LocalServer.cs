using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EdgeProxy.EndToEnd;

/// <summary>A web server inside the test: what it answers is written in the test.</summary>
public sealed class LocalServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LocalServer(WebApplication app, int port) => (_app, Port) = (app, port);

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>Starts a server that answers everything with <paramref name="answer"/>.</summary>
    public static async Task<LocalServer> StartAsync(RequestDelegate answer, Action<ListenOptions>? configure = null, string address = "127.0.0.1",
        int port = 0)
    {
        if (port == 0)
            port = FreePort.Next();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.Limits.MinRequestBodyDataRate = null;
            options.Listen(IPAddress.Parse(address), port, listener => configure?.Invoke(listener));
        });
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(answer);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new LocalServer(app, port);
    }

    /// <summary>Starts a server that answers everything with 200 and <paramref name="text"/>.</summary>
    public static Task<LocalServer> StartAsync(string text) => StartAsync(context => context.Response.WriteAsync(text));

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
