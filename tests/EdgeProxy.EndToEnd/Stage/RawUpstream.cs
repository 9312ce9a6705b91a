using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeProxy.EndToEnd;

/// <summary>An upstream that reads the head of a request, sends the bytes it was told to, and closes.</summary>
public sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, FreePort.Next());
    private readonly CancellationTokenSource _stop = new();
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
        await _loop.ContinueWith(_ => { }, TaskScheduler.Default);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            var stream = client.GetStream();
            var buffer = new byte[16_384];
            var head = "";
            while (!head.Contains("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(buffer, _stop.Token) is var count and > 0)
                head += Encoding.Latin1.GetString(buffer, 0, count);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(Reply), _stop.Token);
            client.Client.Shutdown(SocketShutdown.Send);
        }
    }
}
