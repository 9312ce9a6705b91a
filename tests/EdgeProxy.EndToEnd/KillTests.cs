using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.EndToEnd;

/// <summary>kill -9 while certificates are being obtained.</summary>
public sealed class KillTests
{
    private static readonly int Kills = Amount.Of("EDGEPROXY_TEST_KILLS", 6);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ItComesBackHoweverOftenItIsKilledDuringIssuance()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var pebble = await PebbleProcess.StartAsync(cancellationToken: Token);
        await using var ca = await CaRelay.StartAsync(pebble.DirectoryUrl);
        await using var edge = new EdgeProxyInstance(Acme.Section(ca, "one.test", "two.test")) { HttpPort = pebble.HttpPort };
        int placeholders = 0, issued = 0;

        for (var kill = 0; kill < Kills; kill++)
        {
            var exchanges = ca.Exchanges.Count;
            await edge.StartAsync();
            var served = (await IsIssuedAsync(edge, "one.test") ? 1 : 0) + (await IsIssuedAsync(edge, "two.test") ? 1 : 0);
            (issued, placeholders) = (issued + served, placeholders + 2 - served);
            await WaitForAsync(edge, ca, exchanges + random.Next(1, 70));
            await Task.Delay(random.Next(20), Token);
            await edge.KillAsync();
            AssertNothingIsDamaged(edge);
            // Both certificates are there, so they are removed to have something to obtain again; the account stays.
            if (served == 2)
                Directory.Delete(edge.Data("certificates"), recursive: true);
        }

        await edge.StartAsync();
        await Acme.WaitForCertificateAsync(edge, "one.test");
        await Acme.WaitForCertificateAsync(edge, "two.test");
        AssertNothingIsDamaged(edge);
        Assert.DoesNotContain(".damaged", edge.Output, StringComparison.Ordinal);
        Figures.Report(
            $"{Kills} kills (seed {seed}): after a restart {placeholders} names had a placeholder and {issued} their certificate; "
            + $"the CA saw {ca.OrderCount} orders and sent {ca.SentChains.Count()} certificates");
    }

    /// <summary>Waits until the CA has been asked so often, or both certificates are there.</summary>
    private static Task WaitForAsync(EdgeProxyInstance edge, CaRelay ca, int exchanges) => edge.WaitUntilAsync(
        () => ValueTask.FromResult(ca.Exchanges.Count >= exchanges || (HasPair(edge, "one.test") && HasPair(edge, "two.test"))),
        "go on with the issuance");

    /// <summary>Whether the certificate served is the one on disk; otherwise it has to be a placeholder.</summary>
    private static async Task<bool> IsIssuedAsync(EdgeProxyInstance edge, string name)
    {
        using var served = await Handshake.GetCertificateAsync(edge.HttpsPort, name);
        Assert.True(served.MatchesHostname(name));
        if (served.IssuerName.RawData.AsSpan().SequenceEqual(served.SubjectName.RawData))
            return false;
        using var stored = X509Certificate2.CreateFromPemFile(
            edge.Data("certificates", name, "fullchain.pem"), edge.Data("certificates", name, "privkey.pem"));
        Assert.Equal(stored.Thumbprint, served.Thumbprint);
        return true;
    }

    private static bool HasPair(EdgeProxyInstance edge, string name) =>
        File.Exists(edge.Data("certificates", name, "fullchain.pem")) && File.Exists(edge.Data("certificates", name, "privkey.pem"));

    private static void AssertNothingIsDamaged(EdgeProxyInstance edge)
    {
        foreach (var path in Directory.GetFiles(edge.DataDirectory, "*.pem", SearchOption.AllDirectories))
            Assert.EndsWith("-----", File.ReadAllText(path).TrimEnd(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(edge.DataDirectory, "*.damaged", SearchOption.AllDirectories));
    }
}
