using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeProxy.EndToEnd;

/// <summary>An upstream that reads the head of a request, sends the bytes it was told to, and closes. No connection holds up another.</summary>
public sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, FreePort.Next());
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private Task _loop = Task.CompletedTask;

    /// <summary>What the next connections get, byte for byte.</summary>
    public string Reply { get; set; } = "";

    public string Url => $"http://{_listener.LocalEndpoint}";

    public static RawUpstream Start()
    {
        var upstream = new RawUpstream();
        upstream._listener.Start();
        upstream._loop = upstream.AcceptAsync();
        return upstream;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await Task.WhenAll(_connections);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _connections.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            var stream = client.GetStream();
            if (await HasHeadAsync(stream))
                await stream.WriteAsync(Encoding.Latin1.GetBytes(Reply), _stop.Token);
            client.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
        {
            // The other side went first, or the end has come: this connection's business alone.
        }
    }

    private async Task<bool> HasHeadAsync(NetworkStream stream)
    {
        var buffer = new byte[16_384];
        var head = "";
        while (await stream.ReadAsync(buffer, _stop.Token) is var count and > 0)
        {
            head += Encoding.Latin1.GetString(buffer, 0, count);
            if (head.Contains("\r\n\r\n", StringComparison.Ordinal))
                return true;
        }
        return false;
    }
}
