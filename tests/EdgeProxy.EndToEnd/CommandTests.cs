using System.Net;
using System.Net.Sockets;

namespace EdgeProxy.EndToEnd;

/// <summary>The command line: what is printed where, and the exit codes.</summary>
public sealed class CommandTests
{
    private const string Good = """
        "Domains": { "one.test": { "Upstream": "demo", "Certificate": { "Source": "Internal" } },
                     "two.test": {
                       "Upstream": "http://127.0.0.1:9", "Aliases": [ "www.two.test" ], "Certificate": { "Source": "Internal" } } }
        """;

    private const string Bad = """
        "ShutdownGracePeriod": "soon",
        "Domains": { "one.test": { "Upstream": "no url", "Certificate": { "Source": "Internal" } },
                     "two.test": { "Upstrem": "http://127.0.0.1:9", "Certificate": { "Source": "Nowhere" } } }
        """;

    [Theory]
    [InlineData("run")]
    [InlineData("check")]
    public async Task EveryErrorIsReportedAtOnceBeforeAPortIsOpened(string command)
    {
        await using var edge = new EdgeProxyInstance(Bad);
        using var first = Occupy(edge.HttpPort);
        using var second = Occupy(edge.HttpsPort);

        var result = await edge.RunAsync(command);

        Assert.Equal(78, result.ExitCode);
        Assert.Contains("EdgeProxy:ShutdownGracePeriod: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("EdgeProxy:Domains:one.test:Upstream: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("EdgeProxy:Domains:two.test:Upstrem: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("EdgeProxy:Domains:two.test:Certificate:Source: ", result.Error, StringComparison.Ordinal);
        AssertNoStackTrace(result);
    }

    [Fact]
    public async Task AFileThatIsNoJsonIsAnInvalidConfiguration()
    {
        await using var edge = new EdgeProxyInstance("\"Domains\": { ");

        var result = await edge.RunAsync("check");

        Assert.Equal(78, result.ExitCode);
        Assert.Contains("appsettings.json", result.Error, StringComparison.Ordinal);
        AssertNoStackTrace(result);
    }

    [Fact]
    public async Task APortInUseIsASentence()
    {
        await using var edge = new EdgeProxyInstance(Good);
        using var occupied = Occupy(edge.HttpsPort);

        var result = await edge.RunAsync("run");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{edge.HttpsPort}", result.Error, StringComparison.Ordinal);
        AssertNoStackTrace(result);
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("run", "--fast")]
    [InlineData("check", "--config")]
    [InlineData("reload", "now")]
    public async Task WrongUsageIsExitCode2(params string[] arguments)
    {
        await using var edge = new EdgeProxyInstance(Good);

        var result = await edge.RunAsync(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.NotEmpty(result.Error);
        AssertNoStackTrace(result);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("run", "--help")]
    [InlineData("check", "--help")]
    [InlineData("reload", "--help")]
    [InlineData("health", "--help")]
    public async Task HelpNamesTheConfigOption(params string[] arguments)
    {
        await using var edge = new EdgeProxyInstance(Good);

        var result = await edge.RunAsync(arguments);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("--config", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckPrintsATableOfTheSitesAndWhereEachCertificateComesFrom()
    {
        await using var edge = new EdgeProxyInstance(Good);

        var result = await edge.RunAsync("check");

        Assert.True(result.ExitCode == 0, result.ToString());
        foreach (var name in (string[])["one.test", "two.test", "www.two.test"])
            Assert.Contains(
                result.Output.Split('\n'),
                line => line.Contains(name, StringComparison.Ordinal) && line.Contains("Internal", StringComparison.OrdinalIgnoreCase));
        Assert.False(Directory.Exists(edge.DataDirectory), "check changes nothing");
    }

    [Fact]
    public async Task ALaterConfigFileWins()
    {
        await using var edge = new EdgeProxyInstance(Good);
        using var folder = new TestFolder();
        var first = folder.Write("first.json", """
            { "EdgeProxy": { "Domains": { "three.test": { "Upstream": "demo", "Certificate": { "Source": "Internal" } } } } }
            """);
        var second = folder.Write("second.json", """
            { "EdgeProxy": { "Domains": { "three.test": { "Upstream": "no url" } } } }
            """);

        var wrong = await edge.RunAsync("check", "--config", first, "--config", second);
        var right = await edge.RunAsync("check", "--config", second, "--config", first);

        Assert.Equal(78, wrong.ExitCode);
        Assert.True(right.ExitCode == 0, right.ToString());
        Assert.Contains("three.test", right.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HealthAsksTheRunningProxy()
    {
        await using var edge = new EdgeProxyInstance(Good);

        var before = await edge.RunAsync("health");
        await edge.StartAsync();
        var running = await edge.RunAsync("health");
        await edge.StopAsync();
        var after = await edge.RunAsync("health");

        Assert.Equal([1, 0, 1], [before.ExitCode, running.ExitCode, after.ExitCode]);
        Assert.NotEmpty(before.Error);
        AssertNoStackTrace(before);
    }

    [Fact]
    public async Task ReloadWithoutARunningProxyFails()
    {
        await using var edge = new EdgeProxyInstance(Good);

        var result = await edge.RunAsync("reload");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{edge.AdminPort}", result.Error, StringComparison.Ordinal);
        AssertNoStackTrace(result);
    }

    private static void AssertNoStackTrace(ToolResult result)
    {
        Assert.DoesNotContain("   at ", result.Error + result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", result.Error, StringComparison.Ordinal);
    }

    private static TcpListener Occupy(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        return listener;
    }
}
