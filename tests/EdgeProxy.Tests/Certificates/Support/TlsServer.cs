using System.Net;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeProxy.Tests.Certificates;

/// <summary>A real Kestrel on a free loopback port that takes its certificates from a table.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SessionAnchors _anchors;

    private TlsServer(WebApplication app, SessionAnchors anchors, TestLog log)
    {
        _app = app;
        _anchors = anchors;
        Log = log;
        Port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }

    public int Port { get; }

    public TestLog Log { get; }

    /// <param name="table">What is served.</param>
    /// <param name="anchored">Whether sessions are kept resumable.</param>
    /// <param name="time">The clock of that.</param>
    public static async Task<TlsServer> StartAsync(CertificateTable table, bool anchored = true, TimeProvider? time = null)
    {
        var log = new TestLog();
        var anchors = new SessionAnchors(table, time ?? TimeProvider.System, NullLogger<SessionAnchors>.Instance, anchored ? 512 : 0);
        var handshake = new TlsHandshake(table, anchors);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseHttps(handshake.CreateOptions())));
        builder.WebHost.UseKestrelHttpsConfiguration();
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync(
            handshake.IsAuthoritativeFor(context.Features, HostName.FromWire(context.Request.Headers.Host.ToString())) ? "hello" : "misdirected"));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TlsServer(app, anchors, log);
    }

    /// <summary>Whether the server keeps the certificate's sessions resumable by now.</summary>
    public bool Holds(ServingCertificate certificate) => _anchors.Holds(certificate);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _anchors.DisposeAsync();
    }
}
