namespace EdgeProxy.EndToEnd;

/// <summary>Certificates from files that somebody else writes, at times of their own.</summary>
public sealed class FileCertificateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task APairIsServedOnceItIsThereAndNeverWhileItDoesNotMatch()
    {
        using var folder = new TestFolder();
        var (path, keyPath) = (folder.File("fullchain.pem"), folder.File("privkey.pem"));
        await using var edge = new EdgeProxyInstance($$"""
            "Domains": {
              "localhost": { "Upstream": "demo", "Certificate": { "Source": "File", "Path": "{{path}}", "KeyPath": "{{keyPath}}" } },
              "own.test": { "Upstream": "demo", "Certificate": { "Source": "Internal" } }
            }
            """);
        await edge.StartAsync();
        await Acme.WaitForCertificateAsync(edge, "own.test");
        await edge.WaitForOutputAsync("The certificate of localhost cannot be used, a placeholder stays: ");
        using var placeholder = await Handshake.GetCertificateAsync(edge.HttpsPort, "localhost");
        using var own = await Handshake.GetCertificateAsync(edge.HttpsPort, "own.test");

        var (first, second) = (TestCa.CreateRoot().Issue(), TestCa.CreateRoot().Issue());
        await File.WriteAllTextAsync(path, first.Chain, Token);
        await File.WriteAllTextAsync(keyPath, first.Key, Token);
        await edge.WaitUntilAsync(() => IsServedAsync(edge, first), "serve the pair that appeared");

        // The pair before is served on while there is half a file, or a certificate without its key.
        await File.WriteAllTextAsync(path, second.Chain[..200], Token);
        await edge.RunAsync("reload");
        await edge.WaitForOutputAsync(
            "The certificate of localhost cannot be used, the last good one stays: "
            + $"The pair {path} and {keyPath} has a certificate file that is damaged");
        Assert.True(await IsServedAsync(edge, first));
        await File.WriteAllTextAsync(path, second.Chain, Token);
        await edge.RunAsync("reload");
        await edge.WaitForOutputAsync($"the last good one stays: The pair {path} and {keyPath} has a private key that");
        Assert.True(await IsServedAsync(edge, first));
        await File.WriteAllTextAsync(keyPath, second.Key, Token);
        await edge.WaitUntilAsync(() => IsServedAsync(edge, second), "serve the pair that is complete again");

        Assert.Equal(placeholder.SubjectName.RawData, placeholder.IssuerName.RawData);
        Assert.NotEqual(own.SubjectName.RawData, own.IssuerName.RawData);
    }

    private static async ValueTask<bool> IsServedAsync(EdgeProxyInstance edge, ServerPem pair)
    {
        using var served = await Handshake.GetCertificateAsync(edge.HttpsPort, "localhost");
        return served.ExportCertificatePem() == pair.Chain.TrimEnd();
    }
}
