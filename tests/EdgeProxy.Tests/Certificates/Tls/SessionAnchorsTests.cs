using EdgeProxy.Certificates.Tls;
using EdgeProxy.Testing;

namespace EdgeProxy.Tests.Certificates.Tls;

public sealed class SessionAnchorsTests
{
    private const int Names = 40;

    [Fact]
    public async Task SessionsOfMoreCertificatesThanTheRuntimeRemembersAreResumed()
    {
        using var folder = new TestFolder();
        await using var server = await TlsServer.StartAsync(Table());

        Assert.Equal(Names, await CountResumedAsync(server, folder));
    }

    /// <summary>When this fails the runtime remembers more by itself, and the class is not needed any more.</summary>
    [Fact]
    public async Task WithoutAnchorsTheyAreNot()
    {
        using var folder = new TestFolder();
        await using var server = await TlsServer.StartAsync(Table(), anchored: false);

        Assert.NotEqual(Names, await CountResumedAsync(server, folder));
    }

    private static CertificateTable Table()
    {
        var ca = TestCa.CreateRoot();
        var table = new CertificateTable();
        table.Publish(Enumerable.Range(0, Names).Select(number => KeyValuePair.Create($"n{number}.example", ca.Serve($"n{number}.example"))));
        return table;
    }

    private static async Task<int> CountResumedAsync(TlsServer server, TestFolder folder)
    {
        for (var number = 0; number < Names; number++)
            await OpenSsl.ConnectAsync(server.Port, $"-servername n{number}.example -tls1_2 -sess_out {folder.File($"{number}")}");
        var resumed = 0;
        for (var number = 0; number < Names; number++)
        {
            var output = await OpenSsl.ConnectAsync(server.Port, $"-servername n{number}.example -tls1_2 -sess_in {folder.File($"{number}")}");
            resumed += output.Contains("Reused, TLS", StringComparison.Ordinal) ? 1 : 0;
        }

        return resumed;
    }
}
