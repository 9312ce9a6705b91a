namespace EdgeProxy.EndToEnd;

/// <summary>Signals while the process starts.</summary>
public sealed class StartSignalTests
{
    private const string Site = """
        "Domains": { "one.test": { "Upstream": "demo", "Certificate": { "Source": "Internal" } } }
        """;

    [Theory]
    // Each is loaded later than the one before it.
    [InlineData("System.CommandLine.dll")]
    [InlineData("Serilog.dll")]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel.Core.dll")]
    public async Task AHangupIsRememberedAsAReloadAndAStopIsAStop(string loaded)
    {
        await using var edge = new EdgeProxyInstance(Site);
        edge.StartProcess();
        await WaitUntilLoadedAsync(edge, loaded);

        edge.Signal("HUP");

        await edge.WaitForOutputAsync("Configuration taken (SIGHUP)");
        Assert.Equal(0, await edge.StopAsync());
    }

    private static async Task WaitUntilLoadedAsync(EdgeProxyInstance edge, string assembly)
    {
        var maps = $"/proc/{edge.ProcessId}/maps";
        while (!(await File.ReadAllTextAsync(maps, TestContext.Current.CancellationToken)).Contains(assembly, StringComparison.Ordinal))
            await Task.Yield();
    }
}
