using System.Net;
using EdgeProxy.Hosting;

namespace EdgeProxy.Tests.Commands;

public sealed class HealthCommandTests : IDisposable
{
    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData(200, ExitCode.Done, "healthy")]
    [InlineData(503, ExitCode.Failed, "unhealthy: ")]
    [InlineData(301, ExitCode.Failed, "unhealthy: ")]
    public async Task AsksTheRunningProxy(int status, int code, string line)
    {
        await using var server = await AdminServer.StartAsync(IPAddress.Loopback, status, "whatever");
        _run.Write("appsettings.json", CommandRun.Configuration($"\"Admin\": {{ \"Port\": {server.Port} }},"));

        Assert.Equal(code, await _run.RunAsync("health"));
        Assert.StartsWith(line, Assert.Single((_run.Output + _run.Error).Trim().Split('\n')), StringComparison.Ordinal);
        Assert.Equal("GET /healthz  127.0.0.1", server.Asked);
    }

    [Fact]
    public async Task NoAnswerIsNotHealthy()
    {
        _run.Write("appsettings.json", CommandRun.Configuration($"\"Admin\": {{ \"Port\": {FreePort.Next()} }},"));

        Assert.Equal(ExitCode.Failed, await _run.RunAsync("health"));
        Assert.StartsWith("No answer from http://127.0.0.1:", Assert.Single(_run.Error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NobodyCanBeAskedWhenTheAdminPortIsOff()
    {
        _run.Write("appsettings.json", CommandRun.Configuration("\"Admin\": { \"Port\": 0 },"));

        Assert.Equal(ExitCode.Failed, await _run.RunAsync("health"));
    }
}
