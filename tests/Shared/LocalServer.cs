using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace EdgeProxy.Testing;

/// <summary>A web server inside the test, on a real Kestrel: what it answers is written in the test.</summary>
public sealed class LocalServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly StrongBox<int> _connections;

    private LocalServer(WebApplication app, int port, StrongBox<int> connections) => (_app, Port, _connections) = (app, port, connections);

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    public Uri Address => new(Url);

    /// <summary>How many connections it has accepted.</summary>
    public int Connections => Volatile.Read(ref _connections.Value);

    /// <summary>Starts a server that answers everything with <paramref name="answer"/>.</summary>
    /// <param name="answer">What it answers.</param>
    /// <param name="protocols">What it speaks.</param>
    /// <param name="listen">More settings of the port.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="port">A port of the test's choice; 0 for any.</param>
    /// <param name="log">Where it logs to.</param>
    public static async Task<LocalServer> StartAsync(
        RequestDelegate answer,
        HttpProtocols protocols = HttpProtocols.Http1,
        Action<ListenOptions>? listen = null,
        string address = "127.0.0.1",
        int port = 0,
        ILoggerProvider? log = null)
    {
        if (port == 0)
            port = FreePort.Next();
        var connections = new StrongBox<int>();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        if (log is not null)
            builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Parse(address), port, listener =>
            {
                listener.Protocols = protocols;
                listener.Use(next => connection =>
                {
                    Interlocked.Increment(ref connections.Value);
                    return next(connection);
                });
                listen?.Invoke(listener);
            });
        });
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(answer);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new LocalServer(app, port, connections);
    }

    /// <summary>Starts a server that answers everything with 200 and <paramref name="text"/>.</summary>
    public static Task<LocalServer> StartAsync(string text) => StartAsync(context => context.Response.WriteAsync(text));

    /// <summary>Ends at once, whatever is still going on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }
}
