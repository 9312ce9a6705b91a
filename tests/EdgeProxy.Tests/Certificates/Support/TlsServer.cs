using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeProxy.Tests.Certificates;

/// <summary>A real Kestrel on a free loopback port that takes its certificates from a table.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly LocalServer _server;
    private readonly SessionAnchors _anchors;

    private TlsServer(LocalServer server, SessionAnchors anchors, TestLog log) => (_server, _anchors, Log) = (server, anchors, log);

    public int Port => _server.Port;

    public TestLog Log { get; }

    /// <param name="table">What is served.</param>
    /// <param name="anchored">Whether sessions are kept resumable.</param>
    /// <param name="time">The clock of that.</param>
    public static async Task<TlsServer> StartAsync(CertificateTable table, bool anchored = true, TimeProvider? time = null)
    {
        var log = new TestLog();
        var anchors = new SessionAnchors(table, time ?? TimeProvider.System, NullLogger<SessionAnchors>.Instance, anchored ? 512 : 0);
        var handshake = new TlsHandshake(table, anchors);
        var server = await LocalServer.StartAsync(
            context => context.Response.WriteAsync(IsAuthoritative(handshake, context) ? "hello" : "misdirected"),
            HttpProtocols.Http1AndHttp2,
            listener => listener.UseHttps(handshake.CreateOptions()),
            log: log);
        return new TlsServer(server, anchors, log);
    }

    /// <summary>The body that is answered on a connection to a request for a host.</summary>
    public static async Task<string> GetAsync(RawConnection connection, string host)
    {
        await connection.SendAsync($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        await connection.ReadHeadAsync();
        // The body is one chunk, followed by the empty one that ends it.
        await connection.ReadUntilAsync("\r\n");
        var body = await connection.ReadUntilAsync("\r\n");
        Assert.Equal("0\r\n", await connection.ReadUntilAsync("\r\n"));
        Assert.Equal("\r\n", await connection.ReadUntilAsync("\r\n"));
        return body[..^2];
    }

    /// <summary>Whether the server keeps the certificate's sessions resumable by now.</summary>
    public bool Holds(ServingCertificate certificate) => _anchors.Holds(certificate);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _anchors.DisposeAsync();
    }

    private static bool IsAuthoritative(TlsHandshake handshake, HttpContext context) =>
        handshake.IsAuthoritativeFor(context.Features, HostName.FromWire(context.Request.Headers.Host.ToString()));
}
