using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeProxy.Acme.Tests;

/// <summary>The smallest web server that can prove control of a name: it answers http-01 on one loopback port.</summary>
internal sealed class Http01Responder : IChallengeSolver, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, string> _proofs = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener;
    private readonly Task _loop;

    public Http01Responder(int port)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _loop = ListenAsync();
    }

    public string ChallengeType => Http01.ChallengeType;

    public ConcurrentQueue<string> Presented { get; } = new();

    /// <summary>Proofs that are in place now.</summary>
    public int InPlace => _proofs.Count;

    public ValueTask PresentAsync(AcmeChallengeContext context, CancellationToken cancellationToken)
    {
        _proofs[context.Token] = context.KeyAuthorization.ToHttp01Body();
        Presented.Enqueue(context.Identifier.Value);
        return ValueTask.CompletedTask;
    }

    public ValueTask CleanUpAsync(AcmeChallengeContext context, CancellationToken cancellationToken)
    {
        _proofs.TryRemove(context.Token, out _);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await StopListeningAsync();
        _stop.Dispose();
    }

    /// <summary>From here on a connection is refused.</summary>
    public async Task StopListeningAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _listener.Stop();
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await AnswerAsync(client);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        var path = (await reader.ReadLineAsync(_stop.Token))?.Split(' ')[1] ?? "";
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 })
        {
        }
        var found = _proofs.TryGetValue(path.Replace(Http01.PathPrefix, ""), out var proof);
        var status = found ? "200 OK" : "404 Not Found";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Length: {proof?.Length ?? 0}\r\nConnection: close\r\n\r\n{proof}"), _stop.Token);
    }
}
