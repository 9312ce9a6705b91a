using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Testing;

/// <summary>
/// A real Pebble and the DNS server it asks, on free loopback ports. Every name resolves to 127.0.0.1, so an order for any name is
/// validated on <see cref="HttpPort"/> and <see cref="TlsPort"/> of this machine.
/// </summary>
/// <remarks>A test that starts one is skipped where the program is not installed.</remarks>
public sealed class PebbleProcess : IAsyncDisposable
{
    private readonly TestFolder _folder;
    private readonly ChildProcess _dns;
    private readonly ChildProcess _pebble;
    private readonly int _port;
    private readonly int _managementPort;
    private readonly int _dnsManagementPort = FreePort.Next();

    private PebbleProcess(PebbleOptions options, string program, string dnsProgram)
    {
        HttpPort = options.HttpPort == 0 ? FreePort.Next() : options.HttpPort;
        TlsPort = options.TlsPort == 0 ? FreePort.Next() : options.TlsPort;
        (_port, _managementPort) = (FreePort.Next(), FreePort.Next());
        _folder = new TestFolder();
        var ca = TestCa.CreateRoot();
        var (certificate, key) = ca.Issue();
        RootPemPath = _folder.Write("root.pem", ca.Pem);
        var certificatePath = _folder.Write("certificate.pem", certificate);
        var keyPath = _folder.Write("key.pem", key);
        var config = (options with { HttpPort = HttpPort, TlsPort = TlsPort }).ToJson(_port, _managementPort, certificatePath, keyPath);
        var dnsPort = FreePort.Next();
        _dns = StartDns(dnsProgram, options.Version, dnsPort, _dnsManagementPort);
        string[] strict = options.Strict ? ["-strict"] : [];
        _pebble = ChildProcess.Start(program,
            ["-config", _folder.Write("pebble.json", config), "-dnsserver", $"127.0.0.1:{dnsPort}", .. strict], options.AllVariables());
    }

    /// <summary>Starts Pebble and waits until it answers. Skips the running test when it is not installed.</summary>
    public static async Task<PebbleProcess> StartAsync(PebbleOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PebbleOptions();
        var pebble = new PebbleProcess(options, PebblePrograms.Require(options.Version, "pebble"),
            PebblePrograms.Require(options.Version, "pebble-challtestsrv"));
        try
        {
            await pebble._dns.WaitForOutputAsync("Starting management server", cancellationToken);
            await pebble._pebble.WaitForPortAsync(pebble._port, cancellationToken);
            await pebble._pebble.WaitForPortAsync(pebble._managementPort, cancellationToken);
            return pebble;
        }
        catch
        {
            await pebble.DisposeAsync();
            throw;
        }
    }

    public Uri DirectoryUrl => new($"https://localhost:{_port}/dir");

    /// <summary>The port on which Pebble validates http-01, for every name.</summary>
    public int HttpPort { get; }

    /// <summary>The port on which Pebble validates tls-alpn-01, for every name.</summary>
    public int TlsPort { get; }

    /// <summary>PEM file with the root behind Pebble's own TLS certificate; not the root of the certificates it issues.</summary>
    public string RootPemPath { get; }

    /// <summary>What Pebble has logged so far.</summary>
    public string Output => _pebble.Output;

    /// <summary>The root of the certificates it issues; the alternate roots follow at 1, 2, ...</summary>
    public Task<X509Certificate2> GetIssuingRootAsync(int index = 0, CancellationToken cancellationToken = default) =>
        GetCertificateAsync($"roots/{index}", cancellationToken);

    /// <summary>The intermediate that signs leaves.</summary>
    public Task<X509Certificate2> GetIntermediateAsync(int index = 0, CancellationToken cancellationToken = default) =>
        GetCertificateAsync($"intermediates/{index}", cancellationToken);

    /// <summary>
    /// GET on Pebble's management interface, for example <c>cert-status-by-serial/0a0b</c>; the answer's body.
    /// </summary>
    public async Task<string> GetManagementAsync(string path, CancellationToken cancellationToken = default)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(RootPemPath);
        handler.SslOptions.CertificateChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var client = new HttpClient(handler);
        return await client.GetStringAsync(new Uri($"https://localhost:{_managementPort}/{path}"), cancellationToken);
    }

    /// <summary>From now on <paramref name="name"/> resolves to <paramref name="address"/> for the CA.</summary>
    public async Task SetAddressAsync(string name, string address, CancellationToken cancellationToken = default)
    {
        using var client = new HttpClient();
        using var body = new StringContent($$"""{ "host": "{{name}}", "addresses": [ "{{address}}" ] }""");
        using var response = await client.PostAsync(new Uri($"http://127.0.0.1:{_dnsManagementPort}/add-a"), body, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        await _pebble.DisposeAsync();
        await _dns.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<X509Certificate2> GetCertificateAsync(string path, CancellationToken cancellationToken) =>
        X509Certificate2.CreateFromPem(await GetManagementAsync(path, cancellationToken));

    private static ChildProcess StartDns(string program, PebbleVersion version, int port, int managementPort)
    {
        var dnsFlag = version == PebbleVersion.Debian ? "-dns01" : "-dnsserver";
        string[] withoutDoh = version == PebbleVersion.Debian ? [] : ["-doh", ""];
        return ChildProcess.Start(program,
        [
            dnsFlag, $"127.0.0.1:{port}", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-management", $"127.0.0.1:{managementPort}",
            "-http01", "", "-https01", "", "-tlsalpn01", "", .. withoutDoh,
        ]);
    }
}
