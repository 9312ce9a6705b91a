namespace EdgeProxy.EndToEnd;

/// <summary>What a newcomer sees: no root, no network, no domain.</summary>
public sealed class FirstRunTests
{
    [Fact]
    public async Task LocalhostIsServedWithACertificateThatCurlTrustsOnceItHasTheRoot()
    {
        await using var edge = new EdgeProxyInstance("""
            "Domains": { "localhost": { "Upstream": "demo" } }
            """);
        await edge.StartAsync();
        await Acme.WaitForCertificateAsync(edge, "localhost");
        await edge.WaitForOutputAsync("curl --cacert");

        var curl = await Tool.RunAsync(Installed.Program("curl"),
            ["-sS", "--cacert", edge.Data("internal-ca", "root.pem"), $"https://localhost:{edge.HttpsPort}/hello?to=%7Eyou"]);

        Assert.True(curl.ExitCode == 0, curl.ToString());
        Assert.Contains("/hello?to=%7Eyou", curl.Output, StringComparison.Ordinal);
        Assert.Contains("X-Forwarded-Proto", curl.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"https://localhost:{edge.HttpsPort}", edge.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheDevelopmentConfigurationBesideTheProgramNeedsNothing()
    {
        using var folder = new TestFolder();
        var (http, https, admin) = (FreePort.Next(), FreePort.Next(), FreePort.Next());
        await using var edge = ChildProcess.Start("dotnet", [EdgeProxyInstance.ProgramPath], new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["EdgeProxy__HttpPort"] = $"{http}",
            ["EdgeProxy__HttpsPort"] = $"{https}",
            ["EdgeProxy__Admin__Port"] = $"{admin}",
            ["EdgeProxy__DataDirectory"] = folder.File("data"),
        }, folder.Path);
        await edge.WaitForOutputAsync("try: curl ", TestContext.Current.CancellationToken);
        await edge.WaitForPortAsync(https, TestContext.Current.CancellationToken);
        await edge.WaitUntilAsync(
            () => Acme.HasCertificateAsync(https, "localhost"), "serve a certificate for localhost", TestContext.Current.CancellationToken);

        // This is the command that the console suggests, word for word.
        var command = edge.Output.Split('\n').First(line => line.Contains("try: curl ", StringComparison.Ordinal)).Split("try: ")[1];
        var curl = await Tool.RunAsync("sh", ["-c", $"{Path.GetDirectoryName(Installed.Program("curl"))}/{command}"]);

        Assert.True(curl.ExitCode == 0, $"{curl}\n{edge.Output}");
        Assert.Contains($"localhost:{https}", curl.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutADomainItShowsTheLinesToAddAndEnds()
    {
        await using var edge = new EdgeProxyInstance("""
            "Domains": { }
            """);

        var run = await edge.RunAsync();

        Assert.Equal(78, run.ExitCode);
        Assert.Contains("\"Domains\"", run.Error, StringComparison.Ordinal);
        Assert.Contains("\"Upstream\"", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheShippedConfigurationHasNoDomain()
    {
        using var folder = new TestFolder();

        var run = await Tool.RunAsync("dotnet", [EdgeProxyInstance.ProgramPath], workingDirectory: folder.Path,
            environment: new Dictionary<string, string?> { ["ASPNETCORE_ENVIRONMENT"] = null, ["DOTNET_ENVIRONMENT"] = null });

        Assert.Equal(78, run.ExitCode);
        Assert.Contains("\"Domains\"", run.Error, StringComparison.Ordinal);
    }
}
