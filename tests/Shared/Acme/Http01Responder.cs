using System.Collections.Concurrent;
using EdgeProxy.Acme;

namespace EdgeProxy.Testing;

/// <summary>The smallest web server that can prove control of a name: it answers http-01 on one loopback port.</summary>
internal sealed class Http01Responder : IChallengeSolver, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, string> _proofs = new();
    private readonly RawServer _server;

    /// <param name="port">The port that the CA asks.</param>
    public Http01Responder(int port) => _server = RawServer.Start(port, AnswerAsync);

    public string ChallengeType => Http01.ChallengeType;

    /// <summary>The names of the challenges that were to be solved so far.</summary>
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

    /// <summary>From here on a connection is refused.</summary>
    public ValueTask StopListeningAsync() => _server.DisposeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(RawConnection connection)
    {
        var path = (await connection.ReadHeadAsync()).Split(' ')[1];
        var proof = _proofs.GetValueOrDefault(path.Replace(Http01.PathPrefix, "", StringComparison.Ordinal));
        var status = proof is null ? "404 Not Found" : "200 OK";
        await connection.SendAsync($"HTTP/1.1 {status}\r\nContent-Length: {proof?.Length ?? 0}\r\nConnection: close\r\n\r\n{proof}");
    }
}
