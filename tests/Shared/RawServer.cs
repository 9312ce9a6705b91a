using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Testing;

/// <summary>A server that does to each connection what a test says, and then closes it. No connection holds up another.</summary>
public sealed class RawServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener;
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;
    private int _accepted;

    private RawServer(Func<RawConnection, Task> script, int port)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync(script);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Url => $"http://127.0.0.1:{Port}";

    public Uri Address => new(Url);

    public int Accepted => Volatile.Read(ref _accepted);

    public static RawServer Start(Func<RawConnection, Task> script) => Start(FreePort.Next(), script);

    public static RawServer Start(int port, Func<RawConnection, Task> script) => new(script, port);

    /// <summary>Answers each request without a body with <paramref name="answer"/>, then closes.</summary>
    public static RawServer Answering(string answer) => Start(connection => AnswerAsync(connection, answer));

    /// <summary>The same over TLS; without an answer it keeps silent until the client goes.</summary>
    public static RawServer AnsweringOverTls(X509Certificate2 certificate, string? answer) => Start(async connection =>
    {
        await connection.AuthenticateAsServerAsync(certificate);
        await (answer is null ? connection.ReadToEndAsync() : AnswerAsync(connection, answer));
    });

    /// <summary>Keeps the heads of requests and answers 200.</summary>
    public static RawServer Recording(ConcurrentQueue<string> heads) => Start(async connection =>
    {
        heads.Enqueue(await connection.ReadHeadAsync());
        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    });

    /// <summary>The address of a port that refuses connections.</summary>
    public static Uri Refusing() => new($"http://127.0.0.1:{FreePort.Next()}");

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _stop.CancelAsync();
        await _accepting;
        await Task.WhenAll(_connections);
    }

    private static async Task AnswerAsync(RawConnection connection, string answer)
    {
        await connection.ReadHeadAsync();
        await connection.SendAsync(answer);
    }

    private async Task AcceptAsync(Func<RawConnection, Task> script)
    {
        try
        {
            while (true)
            {
                var connection = new RawConnection(await _listener.AcceptSocketAsync(), _stop.Token);
                Interlocked.Increment(ref _accepted);
                _connections.Add(RunAsync(connection, script));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The listener was stopped.
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
            catch (Exception exception) when (exception is IOException or AuthenticationException or OperationCanceledException)
            {
                // The other side closed first. The test asserts what it expects of that.
            }
        }
    }
}
