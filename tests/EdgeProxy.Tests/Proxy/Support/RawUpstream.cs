using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EdgeProxy.Tests.Proxy;

/// <summary>An upstream that does to each connection what a test says.</summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;
    private int _accepted;

    private RawUpstream(Func<RawConnection, Task> script)
    {
        _listener.Start();
        _accepting = AcceptAsync(script);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Address => new($"http://127.0.0.1:{Port}");

    public int Accepted => Volatile.Read(ref _accepted);

    public static RawUpstream Start(Func<RawConnection, Task> script) => new(script);

    /// <summary>Answers each request without a body with <paramref name="answer"/>, then closes.</summary>
    public static RawUpstream Answering(string answer) => new(async connection =>
    {
        await connection.ReadHeadAsync();
        await connection.SendAsync(answer);
    });

    /// <summary>Keeps the heads of requests and answers 200.</summary>
    public static RawUpstream Recording(ConcurrentQueue<string> heads) => new(async connection =>
    {
        heads.Enqueue(await connection.ReadHeadAsync());
        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    });

    /// <summary>A port that refuses connections.</summary>
    public static Uri Refusing()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new Uri($"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}");
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
    }

    private async Task AcceptAsync(Func<RawConnection, Task> script)
    {
        try
        {
            while (true)
            {
                var connection = new RawConnection(await _listener.AcceptSocketAsync());
                Interlocked.Increment(ref _accepted);
                _connections.Add(RunAsync(connection, script));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private static async Task RunAsync(RawConnection connection, Func<RawConnection, Task> script)
    {
        using (connection)
        {
            try
            {
                await script(connection);
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
            {
                // The edge has closed the connection.
            }
        }
    }
}
