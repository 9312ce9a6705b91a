using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EdgeProxy.Testing;

/// <summary>One end of a connection, plain or with TLS, spoken to in Latin-1 text: a character is a byte.</summary>
/// <param name="socket">Belongs to the connection from now on.</param>
/// <param name="cancellationToken">
/// Ends everything that is going on. Not the running test's at the time: a server that several tests share outlives each of them.
/// </param>
public sealed class RawConnection(Socket socket, CancellationToken cancellationToken) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly byte[] _buffer = new byte[64 * 1024];
    private string _unread = "";

    public Socket Socket => socket;

    /// <summary>Inside of TLS where there is any.</summary>
    public Stream Stream { get; private set; } = new NetworkStream(socket, ownsSocket: true);

    public static Task<RawConnection> OpenAsync(int port, CancellationToken cancellationToken) =>
        OpenAsync(port, "127.0.0.1", cancellationToken);

    /// <summary>The same from an address of the loopback network.</summary>
    public static async Task<RawConnection> OpenAsync(int port, string from, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
        return new RawConnection(socket, cancellationToken);
    }

    /// <summary>Opens one with TLS for HTTP/1.1 that takes any certificate.</summary>
    /// <param name="port">On loopback.</param>
    /// <param name="name">The name in the handshake; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<RawConnection> OpenTlsAsync(int port, string? name, CancellationToken cancellationToken) =>
        OpenTlsAsync(port, name, SslApplicationProtocol.Http11, cancellationToken);

    /// <summary>The same for another protocol.</summary>
    public static async Task<RawConnection> OpenTlsAsync(
        int port, string? name, SslApplicationProtocol protocol, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(port, cancellationToken);
        var tls = new SslStream(connection.Stream, false, (_, certificate, _, _) => certificate is not null);
        connection.Stream = tls;
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = name ?? "", ApplicationProtocols = [protocol] },
            cancellationToken);
        return connection;
    }

    /// <summary>Whether anybody accepts connections there.</summary>
    public static async ValueTask<bool> IsAcceptedAsync(int port, string address = "127.0.0.1")
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(address), port, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The certificate that the other end has shown.</summary>
    public X509Certificate2 GetRemoteCertificate() => new(((SslStream)Stream).RemoteCertificate!);

    /// <summary>Takes a handshake as a server does.</summary>
    public async Task AuthenticateAsServerAsync(X509Certificate2 certificate, SslProtocols versions = SslProtocols.None)
    {
        var tls = new SslStream(Stream);
        Stream = tls;
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = versions },
            cancellationToken);
    }

    public async Task SendAsync(string text) => await Stream.WriteAsync(Encoding.Latin1.GetBytes(text), cancellationToken);

    /// <summary>Reads up to and with <paramref name="end"/>.</summary>
    public async Task<string> ReadUntilAsync(string end)
    {
        while (true)
        {
            var found = _unread.IndexOf(end, StringComparison.Ordinal);
            if (found >= 0)
                return Take(found + end.Length);
            if (!await FillAsync())
                throw new EndOfStreamException($"Closed after: {_unread}");
        }
    }

    public Task<string> ReadHeadAsync() => ReadUntilAsync("\r\n\r\n");

    public async Task<string> ReadAsync(int count)
    {
        while (_unread.Length < count)
        {
            if (!await FillAsync())
                throw new EndOfStreamException($"Closed after: {_unread}");
        }

        return Take(count);
    }

    /// <summary>Reads until the other end closes or resets.</summary>
    public async Task<string> ReadToEndAsync()
    {
        try
        {
            while (await FillAsync())
            {
            }
        }
        catch (IOException)
        {
            // A reset ends the connection like a close.
        }

        return Take(_unread.Length);
    }

    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public void Dispose() => Stream.Dispose();

    private async Task<bool> FillAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        var read = await Stream.ReadAsync(_buffer, timeout.Token);
        _unread += Encoding.Latin1.GetString(_buffer, 0, read);
        return read > 0;
    }

    private string Take(int count)
    {
        var taken = _unread[..count];
        _unread = _unread[count..];
        return taken;
    }
}
