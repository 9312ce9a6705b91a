using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeProxy.Tests.Proxy;

/// <summary>One end of a TCP connection, spoken to in Latin-1 text: a character is a byte.</summary>
internal sealed class RawConnection(Socket socket) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private string _unread = "";

    public Socket Socket => socket;

    public Stream Stream { get; } = new NetworkStream(socket, ownsSocket: true);

    public static async Task<RawConnection> OpenAsync(int port, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancel);
        return new RawConnection(socket);
    }

    public async Task SendAsync(string text) => await Stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);

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
            // Reset: the end, too.
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
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TestEdge.Patience);
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
