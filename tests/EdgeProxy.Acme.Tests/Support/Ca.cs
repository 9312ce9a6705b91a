using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Acme.Tests;

/// <summary>A Pebble, a web server that it validates against, and an account there.</summary>
internal sealed class Ca : IAsyncDisposable
{
    private Ca(PebbleProcess pebble)
    {
        Pebble = pebble;
        Responder = new Http01Responder(pebble.HttpPort);
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(pebble.RootPemPath);
        Network = AcmeNetwork.Create(roots);
        Client = new AcmeClient(Network, pebble.DirectoryUrl, Key, TimeProvider.System);
    }

    public PebbleProcess Pebble { get; }

    public Http01Responder Responder { get; }

    public HttpMessageInvoker Network { get; }

    public AcmeAccountKey Key { get; } = AcmeAccountKey.Generate();

    public AcmeClient Client { get; }

    public CertificateOrder Order => new(Client, Responder, TimeProvider.System, new Random(1));

    /// <summary>Starts one without an account.</summary>
    public static async Task<Ca> StartAsync(PebbleOptions? options = null) =>
        new(await PebbleProcess.StartAsync(options, TestContext.Current.CancellationToken));

    /// <summary>Starts one without an account whose chains are short, which is quicker: for tests that need no chain.</summary>
    public static Task<Ca> StartAsync(PebbleVersion version) => StartAsync(new PebbleOptions { Version = version, ChainLength = 1 });

    /// <summary>Starts one with an account.</summary>
    public static async Task<Ca> StartWithAccountAsync(PebbleOptions? options = null)
    {
        var ca = await StartAsync(options);
        await ca.Client.CreateAccountAsync(new AccountRequest(["mailto:ops@example.org"], true), TestContext.Current.CancellationToken);
        return ca;
    }

    public async ValueTask DisposeAsync()
    {
        await Responder.DisposeAsync();
        await Pebble.DisposeAsync();
        Network.Dispose();
        Key.Dispose();
    }
}
