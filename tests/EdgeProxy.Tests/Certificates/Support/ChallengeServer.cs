using System.Collections.Concurrent;
using System.Net;
using EdgeProxy.Acme;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeProxy.Tests.Certificates;

/// <summary>Answers http-01 challenges on the port that a CA asks.</summary>
internal sealed class ChallengeServer : IChallengeSolver, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, string> _proofs = [];
    private readonly WebApplication _app;
    private int _presented;

    private ChallengeServer(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        _app = builder.Build();
        _app.MapGet(Http01.PathPrefix + "{token}", (string token) =>
            _proofs.TryGetValue(token, out var proof) && !RefuseAll ? Results.Text(proof) : Results.NotFound());
    }

    public string ChallengeType => Http01.ChallengeType;

    /// <summary>Behaves as if the CA could not see this server.</summary>
    public bool RefuseAll { get; set; }

    /// <summary>How many challenges were to be solved so far.</summary>
    public int Presented => _presented;

    public static async Task<ChallengeServer> StartAsync(int port)
    {
        var server = new ChallengeServer(port);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public ValueTask PresentAsync(AcmeChallengeContext context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _presented);
        _proofs[context.Token] = context.KeyAuthorization.ToHttp01Body();
        return ValueTask.CompletedTask;
    }

    public ValueTask CleanUpAsync(AcmeChallengeContext context, CancellationToken cancellationToken)
    {
        _proofs.TryRemove(context.Token, out _);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
