using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeProxy.Tests.Commands;

/// <summary>Stands for the admin port of a running proxy: gives one answer and keeps what it was asked.</summary>
internal sealed class AdminServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private AdminServer(WebApplication app) => _app = app;

    public int Port => new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

    /// <summary>Method, path, command header and Host of the last request.</summary>
    public string? Asked { get; private set; }

    public static async Task<AdminServer> StartAsync(IPAddress address, int status, string body)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(address, 0));
        var server = new AdminServer(builder.Build());
        server._app.Run(context =>
        {
            server.Asked = $"{context.Request.Method} {context.Request.Path} {context.Request.Headers["X-EdgeProxy-Command"]} {context.Request.Host.Host}";
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        });
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
