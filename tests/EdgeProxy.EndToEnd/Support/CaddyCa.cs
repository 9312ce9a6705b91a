namespace EdgeProxy.EndToEnd;

/// <summary>
/// The newest Caddy as an ACME CA. It validates http-01 on port 80 only, so its clients have a loopback address to themselves.
/// </summary>
public sealed class CaddyCa : IAsyncDisposable
{
    public const string ClientAddress = "127.0.0.77";

    private readonly TestFolder _folder;
    private readonly ChildProcess _process;

    private CaddyCa(TestFolder folder, ChildProcess process, int port)
    {
        (_folder, _process) = (folder, process);
        DirectoryUrl = $"https://localhost:{port}/acme/local/directory";
    }

    /// <summary>Starts the CA; to it, and to nobody else, <paramref name="name"/> is <see cref="ClientAddress"/>.</summary>
    public static async Task<CaddyCa> StartAsync(string name)
    {
        var program = Installed.Unpacked("caddy");
        var folder = new TestFolder();
        var port = FreePort.Next();
        var config = folder.Write("Caddyfile", $$"""
            {
              admin off
              skip_install_trust
              auto_https disable_redirects
              storage file_system {{folder.File("storage")}}
              http_port {{FreePort.Next()}}
            }
            https://localhost:{{port}} {
              bind 127.0.0.1
              tls internal
              acme_server
            }
            """);
        var hosts = folder.Write("hosts", $"127.0.0.1 localhost\n{ClientAddress} {name}\n");
        var launcher = await Mounts.RequireAsync();
        var process = ChildProcess.Start(launcher[0],
            [.. launcher[1..], Mounts.Hosts(hosts), "sh", program, "run", "--config", config, "--adapter", "caddyfile"],
            new Dictionary<string, string?> { ["HOME"] = folder.Path });
        var ca = new CaddyCa(folder, process, port);
        await process.WaitForPortAsync(port, TestContext.Current.CancellationToken);
        await process.WaitUntilAsync(
            () => ValueTask.FromResult(File.Exists(ca.RootPemPath)), "write its root", TestContext.Current.CancellationToken);
        return ca;
    }

    public string DirectoryUrl { get; }

    public string RootPemPath => Path.Combine(_folder.File("storage"), "pki", "authorities", "local", "root.crt");

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(_process.Output);
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}
