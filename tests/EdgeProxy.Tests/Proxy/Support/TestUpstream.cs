using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeProxy.Tests.Proxy;

/// <summary>An upstream in real Kestrel.</summary>
internal sealed class TestUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly StrongBox<int> _connections;

    private TestUpstream(WebApplication app, StrongBox<int> connections) => (_app, _connections) = (app, connections);

    /// <summary>How many connections it has accepted.</summary>
    public int Connections => Volatile.Read(ref _connections.Value);

    public Uri Address => new(_app.Urls.First());

    public static async Task<TestUpstream> StartAsync(
        RequestDelegate answer, HttpProtocols protocols = HttpProtocols.Http1, Action<ListenOptions>? listen = null, IPEndPoint? endPoint = null)
    {
        var connections = new StrongBox<int>();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(endPoint ?? new IPEndPoint(IPAddress.Loopback, 0), listener =>
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
        await app.StartAsync();
        return new TestUpstream(app, connections);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }
}
