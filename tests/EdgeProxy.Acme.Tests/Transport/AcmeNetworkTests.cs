using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Acme.Tests.Transport;

public sealed class AcmeNetworkTests
{
    private const string Directory = """{"newNonce":"https://ca.test/1","newAccount":"https://ca.test/2","newOrder":"https://ca.test/3"}""";

    private static readonly TestCa Ca = TestCa.CreateRoot();

    [Fact]
    public async Task TrustsTheExtraRoots()
    {
        await using var server = Serve(Http(Directory));

        var directory = await GetAsync(Url(server), Roots);

        Assert.Equal("https://ca.test/3", directory.NewOrder.AbsoluteUri);
    }

    [Fact]
    public async Task TrustsNobodyElse()
    {
        await using var server = Serve(Http(Directory));

        var withOtherRoots = await FailsAsync(Url(server), [TestCa.CreateRoot().Certificate]);
        var withoutRoots = await FailsAsync(Url(server), []);

        Assert.True(withOtherRoots.IsUnreachable);
        Assert.StartsWith($"{Url(server)} cannot be reached: the TLS handshake failed: ", withoutRoots.Message);
        Assert.StartsWith($"{Url(server)} cannot be reached: the TLS handshake failed: The server's certificate is trusted neither by this "
            + "machine nor through the extra roots: ", withOtherRoots.Message);
    }

    [Fact]
    public async Task ChecksTheHostNameAlsoOfATrustedServer()
    {
        await using var server = Serve(Http(Directory), "another.test");

        var failure = await FailsAsync(Url(server), Roots);

        Assert.Equal($"{Url(server)} cannot be reached: the TLS handshake failed: The server's certificate is refused: "
            + "RemoteCertificateNameMismatch, RemoteCertificateChainErrors.", failure.Message);
    }

    [Fact]
    public async Task SaysSoWhenNobodyListens()
    {
        var url = new Uri($"https://localhost:{FreePort.Next()}/dir");

        var failure = await FailsAsync(url, []);

        Assert.Equal($"{url} cannot be reached: Connection refused", failure.Message);
        Assert.True(failure.IsUnreachable);
    }

    [Fact]
    public async Task SaysSoWhenTheNameDoesNotExist()
    {
        var url = new Uri("https://no-such-ca.invalid/dir");

        var failure = await FailsAsync(url, []);

        Assert.Equal($"{url} cannot be reached: the name no-such-ca.invalid cannot be resolved.", failure.Message);
        Assert.True(failure.IsUnreachable);
    }

    [Fact]
    public async Task GivesUpOnAServerThatStaysSilent()
    {
        await using var server = Serve(null);
        using var network = AcmeNetwork.Create(Roots);
        using var key = AcmeAccountKey.Generate();
        var options = new AcmeClientOptions { RequestTimeout = TimeSpan.FromMilliseconds(500) };
        var client = new AcmeClient(network, Url(server), key, TimeProvider.System, options);

        var failure = await Assert.ThrowsAsync<AcmeException>(() => client.GetDirectoryAsync(TestContext.Current.CancellationToken));

        Assert.Equal($"{Url(server)} did not answer within 0.5 seconds.", failure.Message);
        Assert.True(failure.IsUnreachable);
    }

    [Fact]
    public async Task LetsTheCallerGiveUpOnAServerThatStaysSilent()
    {
        await using var server = Serve(null);
        using var network = AcmeNetwork.Create(Roots);
        using var key = AcmeAccountKey.Generate();
        using var caller = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        var client = new AcmeClient(network, Url(server), key, TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetDirectoryAsync(caller.Token));
    }

    [Fact]
    public async Task SaysSoWhenTheAnswerBreaksOff()
    {
        await using var server = Serve("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"newNonce\"");

        var failure = await FailsAsync(Url(server), Roots);

        Assert.StartsWith($"{Url(server)} cannot be reached: The response ended prematurely", failure.Message);
        Assert.True(failure.IsUnreachable);
    }

    [Fact]
    public async Task SaysSoWhenTheAnswerIsNotHttp()
    {
        await using var server = Serve("SSH-2.0-OpenSSH_9.2\r\n");

        var failure = await FailsAsync(Url(server), Roots);

        Assert.StartsWith($"{Url(server)} cannot be reached: Received an invalid status line", failure.Message);
        Assert.True(failure.IsUnreachable);
    }

    private static X509Certificate2Collection Roots => [Ca.Certificate];

    private static Uri Url(RawServer server) => new($"https://localhost:{server.Port}/dir");

    private static RawServer Serve(string? answer, string name = "localhost") =>
        RawServer.AnsweringOverTls(Ca.Issue(name).ToCertificate(), answer);

    private static string Http(string body) =>
        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private static async Task<AcmeDirectory> GetAsync(Uri url, X509Certificate2Collection roots)
    {
        using var network = AcmeNetwork.Create(roots);
        using var key = AcmeAccountKey.Generate();
        return await new AcmeClient(network, url, key, TimeProvider.System).GetDirectoryAsync(TestContext.Current.CancellationToken);
    }

    private static Task<AcmeException> FailsAsync(Uri url, X509Certificate2Collection roots) =>
        Assert.ThrowsAsync<AcmeException>(() => GetAsync(url, roots));
}
