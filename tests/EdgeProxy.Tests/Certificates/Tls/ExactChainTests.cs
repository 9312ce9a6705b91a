using System.Net.Security;
using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Tests.Certificates.Tls;

public sealed class ExactChainTests
{
    [Fact]
    public async Task TheRuntimeStillTakesChainsAsTheyAre()
    {
        var (ca, other) = (TestCa.CreateRoot(), TestCa.CreateRoot("Unrelated"));
        var certificate = ca.Serve("a.example", other.Certificate, ca.Certificate);
        await using var server = await StartAsync(certificate);

        Assert.Equal(Thumbprints(certificate, other, ca), await ReadAsync(server));
        Assert.True(ExactChain.IsSupported);
    }

    /// <summary>Which roots the machine trusts is settled when a process starts, so this one starts another.</summary>
    [Fact]
    public async Task ACrossSignedRootIsSentAlthoughItsSelfSignedTwinIsTrustedHere()
    {
        using var folder = new TestFolder();

        await ChildTest.RunAsync(typeof(ExactChainTests), nameof(SendsACrossSignedRoot),
            new() { ["SSL_CERT_FILE"] = folder.File("trusted.pem"), ["SSL_CERT_DIR"] = folder.Path });
    }

    [Fact]
    public async Task SendsACrossSignedRoot()
    {
        var (oldRoot, newRoot) = (TestCa.CreateRoot("Old Root"), TestCa.CreateRoot("New Root"));
        var intermediate = newRoot.CreateIntermediate("Intermediate");
        var crossSigned = oldRoot.CrossSign(newRoot);
        var trusted = Environment.GetEnvironmentVariable("SSL_CERT_FILE");
        if (trusted is not null)
            await File.WriteAllTextAsync(trusted, newRoot.Certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        var certificate = intermediate.Serve("a.example", intermediate.Certificate, crossSigned);
        await using var server = await StartAsync(certificate);

        // The framework by itself drops the cross-signed root, which is why ExactChain exists.
        var rebuilt = SslStreamCertificateContext.Create(certificate.Leaf, [intermediate.Certificate, crossSigned], offline: true);
        Assert.Equal(trusted is null, rebuilt.IntermediateCertificates.Any(sent => sent.Thumbprint == crossSigned.Thumbprint));
        Assert.Equal([certificate.Leaf.Thumbprint, intermediate.Certificate.Thumbprint, crossSigned.Thumbprint], await ReadAsync(server));
    }

    private static Task<TlsServer> StartAsync(ServingCertificate certificate) =>
        TlsServer.StartAsync(TestTable.Create(("a.example", certificate)));

    private static async Task<IEnumerable<string>> ReadAsync(TlsServer server) =>
        (await OpenSsl.GetChainAsync(server.Port, "a.example")).Select(certificate => certificate.Thumbprint);

    private static IEnumerable<string> Thumbprints(ServingCertificate leaf, params TestCa[] chain) =>
        chain.Select(ca => ca.Certificate.Thumbprint).Prepend(leaf.Leaf.Thumbprint);
}
