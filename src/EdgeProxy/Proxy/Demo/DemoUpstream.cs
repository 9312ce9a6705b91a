using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Proxy.Demo;

/// <summary>The embedded upstream: a web server on the loopback interface that shows the request it received and echoes WebSockets.
/// Starts when it is first needed.</summary>
internal sealed class DemoUpstream : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private WebApplication? _app;
    private Task<int>? _port;

    /// <returns>The port it listens on.</returns>
    public Task<int> StartAsync()
    {
        lock (_lock)
            return _port ??= ListenAsync(_app = Build());
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is null)
            return;
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private static WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(DemoPage.AnswerAsync);
        return app;
    }

    private static async Task<int> ListenAsync(WebApplication app)
    {
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        return new Uri(addresses.Addresses.First()).Port;
    }
}
