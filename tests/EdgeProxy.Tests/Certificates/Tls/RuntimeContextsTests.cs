using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Tests.Certificates.Tls;

/// <summary>What the runtime keeps for the whole process, so in processes of their own.</summary>
public sealed class RuntimeContextsTests
{
    private static readonly TestCa Ca = TestCa.CreateRoot();

    [Fact]
    public Task KeysThatNoConnectionUsesAreDropped() => ChildTest.RunAsync(typeof(RuntimeContextsTests), nameof(DropsUnusedKeys), []);

    [Fact]
    public async Task DropsUnusedKeys()
    {
        using var folder = new TestFolder();
        await using var server = await StartAsync();
        await OpenSsl.ConnectAsync(server.Port, $"-servername a.example -tls1_2 -sess_out {folder.File("s")}");
        Assert.Contains("Reused, TLS", await ResumeAsync(server, folder.File("s")), StringComparison.Ordinal);

        await RuntimeContexts.DropUnusedAsync(DateTimeOffset.UtcNow, TestContext.Current.CancellationToken);

        Assert.DoesNotContain("Reused, TLS", await ResumeAsync(server, folder.File("s")), StringComparison.Ordinal);
    }

    /// <summary>The program sets the same limit in its runtimeconfig.json. Clients that take tickets do not count.</summary>
    [Fact]
    public Task TheRuntimeStillBoundsItsSessions() => ChildTest.RunAsync(
        typeof(RuntimeContextsTests), nameof(RemembersAsManySessionsAsItMay), new() { ["DOTNET_SYSTEM_NET_SECURITY_TLSCACHESIZE"] = "2" });

    [Fact]
    public async Task RemembersAsManySessionsAsItMay()
    {
        using var folder = new TestFolder();
        await using var server = await StartAsync();
        for (var number = 0; number < 4; number++)
            await OpenSsl.ConnectAsync(server.Port, $"-servername a.example -tls1_2 -no_ticket -sess_out {folder.File($"{number}")}");

        Assert.Contains("Reused, TLS", await ResumeAsync(server, folder.File("3"), "-no_ticket"), StringComparison.Ordinal);
        var isBounded = Environment.GetEnvironmentVariable("DOTNET_SYSTEM_NET_SECURITY_TLSCACHESIZE") is not null;
        Assert.Equal(
            !isBounded, (await ResumeAsync(server, folder.File("0"), "-no_ticket")).Contains("Reused, TLS", StringComparison.Ordinal));
    }

    [Fact]
    public void TheProgramBoundsThem() => Assert.Matches(
        "\"System.Net.Security.TlsCacheSize\": \\d+",
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "EdgeProxy.runtimeconfig.json")));

    // One certificate, because several would fill the runtime's cache where there are no anchors.
    private static Task<TlsServer> StartAsync() =>
        TlsServer.StartAsync(TestTable.Create(("a.example", Ca.Serve("a.example"))), anchored: false);

    private static async Task<string> ResumeAsync(TlsServer server, string session, string arguments = "") =>
        (await OpenSsl.ConnectAsync(server.Port, $"-servername a.example -tls1_2 {arguments} -sess_in {session}")).Text;
}
