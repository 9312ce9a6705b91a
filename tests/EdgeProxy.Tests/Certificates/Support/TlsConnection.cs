using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace EdgeProxy.Tests.Certificates;

/// <summary>A TLS connection that stays open, for requests whose Host is not the name of the handshake.</summary>
internal sealed class TlsConnection : IAsyncDisposable
{
    private readonly SslStream _stream;
    private readonly StreamReader _reader;

    private TlsConnection(SslStream stream)
    {
        _stream = stream;
        _reader = new StreamReader(stream, Encoding.ASCII);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="port">On loopback.</param>
    /// <param name="name">The name in the handshake; null for none.</param>
    public static async Task<TlsConnection> OpenAsync(int port, string? name)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, Token);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), false, (_, shown, _, _) => shown is not null);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name ?? "" }, Token);
        return new TlsConnection(stream);
    }

    /// <summary>The body that is answered to a request for a host.</summary>
    public async Task<string> GetAsync(string host)
    {
        await _stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"), Token);
        while (await _reader.ReadLineAsync(Token) is not "")
        {
            // The head.
        }

        // One chunk and the end.
        await _reader.ReadLineAsync(Token);
        var body = await _reader.ReadLineAsync(Token);
        Assert.Equal("0", await _reader.ReadLineAsync(Token));
        Assert.Equal("", await _reader.ReadLineAsync(Token));
        return body!;
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        return _stream.DisposeAsync();
    }
}
