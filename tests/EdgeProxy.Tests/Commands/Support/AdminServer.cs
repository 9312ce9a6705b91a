using System.Net;
using Microsoft.AspNetCore.Http;

namespace EdgeProxy.Tests.Commands;

/// <summary>Stands for the admin port of a running proxy: gives one answer and keeps what it was asked.</summary>
internal sealed class AdminServer : IAsyncDisposable
{
    private LocalServer? _server;

    public int Port => _server!.Port;

    /// <summary>Method, path, command header and Host of the last request.</summary>
    public string? Asked { get; private set; }

    public static async Task<AdminServer> StartAsync(IPAddress address, int status, string body)
    {
        var server = new AdminServer();
        server._server = await LocalServer.StartAsync(
            context =>
            {
                var request = context.Request;
                server.Asked = $"{request.Method} {request.Path} {request.Headers["X-EdgeProxy-Command"]} {request.Host.Host}";
                context.Response.StatusCode = status;
                return context.Response.WriteAsync(body);
            },
            address: address.ToString());
        return server;
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
