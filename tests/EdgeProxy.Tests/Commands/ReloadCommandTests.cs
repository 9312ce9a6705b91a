using System.Net;
using EdgeProxy.Hosting;
using EdgeProxy.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeProxy.Tests.Commands;

public sealed class ReloadCommandTests : IDisposable
{
    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task SaysThatTheConfigurationWasTaken()
    {
        await using var server = await AdminServer.StartAsync(IPAddress.Loopback, 200, """{"errors":[]}""");
        _run.Write("appsettings.json", CommandRun.Configuration($"\"Admin\": {{ \"Port\": {server.Port} }},"));

        Assert.Equal(ExitCode.Done, await _run.RunAsync("reload"));
        Assert.Equal("configuration taken", _run.Output.Trim());
        Assert.Equal("POST /reload reload 127.0.0.1", server.Asked);
    }

    [Fact]
    public async Task PrintsEveryErrorOfTheRunningProxy()
    {
        await using var server = await AdminServer.StartAsync(IPAddress.Loopback, 422,
            """{"errors":[{"path":"EdgeProxy:HttpPort","message":"is wrong."},{"path":"/a.json:3","message":"is not valid JSON."}]}""");
        _run.Write("appsettings.json", CommandRun.Configuration($"\"Admin\": {{ \"Port\": {server.Port} }},"));

        Assert.Equal(ExitCode.InvalidConfiguration, await _run.RunAsync("reload"));
        Assert.Equal(
            [
                "EdgeProxy:HttpPort: is wrong.",
                "/a.json:3: is not valid JSON.",
                "The configuration was not taken; the old one is still serving.",
            ],
            _run.Error.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("{{ \"EdgeProxy\": {{ \"Admin\": {{ \"Port\": {0} }}, \"Domains\": {{}}, \"Colour\": 1 }} }}")]
    [InlineData("{{ \"EdgeProxy\": {{ \"Admin\": {{ \"Port\": {0} }}, \"Domains\": oops")]
    [InlineData("{{ \"EdgeProxy\": {{ \"Admin\": {{ \"Port\": \"{0}\", \"BindAddress\": \"everywhere\" }} }} }}")]
    [InlineData("{{ \"EdgeProxy\": {{ \"Admin\": {{ \"Port\": {0}, \"BindAddress\": \"*\" }} }} }}")]
    [InlineData("{{ \"EdgeProxy\": {{ \"Admin\": {{ \"Port\": {0}, \"BindAddress\": \"0.0.0.0\" }} }} }}")]
    [InlineData("{{ \"EdgeProxy\": {{ \"Admin\": {{ \"Port\": {0}, \"BindAddress\": \"::\" }} }} }}")]
    public async Task FindsTheAdminPortInAnInvalidConfiguration(string configuration)
    {
        await using var server = await AdminServer.StartAsync(IPAddress.Loopback, 422, """{"errors":[{"path":"a","message":"b"}]}""");
        _run.Write("appsettings.json", string.Format(null, configuration, server.Port));

        Assert.Equal(ExitCode.InvalidConfiguration, await _run.RunAsync("reload"));
        Assert.StartsWith("a: b\n", _run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReachesAnIPv6Address()
    {
        Assert.SkipUnless(System.Net.Sockets.Socket.OSSupportsIPv6, "This machine has no IPv6.");
        await using var server = await AdminServer.StartAsync(IPAddress.IPv6Loopback, 200, """{"errors":[]}""");
        _run.Write("appsettings.json", CommandRun.Configuration($"\"Admin\": {{ \"Port\": {server.Port}, \"BindAddress\": \"::1\" }},"));

        Assert.Equal(ExitCode.Done, await _run.RunAsync("reload"));
    }

    [Fact]
    public async Task WithoutAnAnswerAsksWhetherTheProxyRuns()
    {
        var port = FreePort.Next();
        _run.Write("appsettings.json", CommandRun.Configuration($"\"Admin\": {{ \"Port\": {port} }},"));

        Assert.Equal(ExitCode.Failed, await _run.RunAsync("reload"));
        Assert.StartsWith($"No answer from http://127.0.0.1:{port}/: is EdgeProxy running", _run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FindsTheProxyWhoseAdminPortIsChangedByThisReload(bool isSwitchedOff)
    {
        await using var server = await AdminServer.StartAsync(IPAddress.Loopback, 200, """{"errors":[]}""");
        using var folder = new TestFolder();
        var directory = new FileDataDirectory(folder.Path, TimeProvider.System, NullLogger<FileDataDirectory>.Instance);
        await AdminAddress.Of(new Uri($"http://127.0.0.1:{server.Port}")).WriteAsync(directory, TestContext.Current.CancellationToken);
        var changed = isSwitchedOff ? 0 : FreePort.Next();
        _run.Write("appsettings.json", CommandRun.Configuration(
            $"\"DataDirectory\": \"{folder.Path}\", \"Admin\": {{ \"Port\": {changed} }},"));

        Assert.Equal(ExitCode.Done, await _run.RunAsync("reload"));
        Assert.Equal("POST /reload reload 127.0.0.1", server.Asked);
    }

    [Theory]
    [InlineData(404, "<html>")]
    [InlineData(403, "no")]
    [InlineData(500, "")]
    public async Task AnotherServerOnThatPortIsNotAReload(int status, string body)
    {
        await using var server = await AdminServer.StartAsync(IPAddress.Loopback, status, body);
        _run.Write("appsettings.json", CommandRun.Configuration($"\"Admin\": {{ \"Port\": {server.Port} }},"));

        Assert.Equal(ExitCode.Failed, await _run.RunAsync("reload"));
        Assert.Contains($"answered {status}", _run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("oops")]
    [InlineData("null")]
    [InlineData("{}")]
    public async Task ARefusalThatCannotBeReadIsStillARefusal(string body)
    {
        await using var server = await AdminServer.StartAsync(IPAddress.Loopback, 422, body);
        _run.Write("appsettings.json", CommandRun.Configuration($"\"Admin\": {{ \"Port\": {server.Port} }},"));

        Assert.Equal(ExitCode.InvalidConfiguration, await _run.RunAsync("reload"));
        Assert.Equal("The configuration was not taken; the old one is still serving.", _run.Error.Trim());
    }

    [Fact]
    public async Task SaysSoWhenTheAdminPortIsOff()
    {
        _run.Write("appsettings.json", CommandRun.Configuration("\"Admin\": { \"Port\": 0 },"));

        Assert.Equal(ExitCode.Failed, await _run.RunAsync("reload"));
        Assert.Contains("switched off", _run.Error, StringComparison.Ordinal);
    }
}
