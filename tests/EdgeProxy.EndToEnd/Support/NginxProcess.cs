namespace EdgeProxy.EndToEnd;

/// <summary>A real nginx in the foreground, with a configuration of the test's own.</summary>
public sealed class NginxProcess : IAsyncDisposable
{
    private readonly TestFolder _folder;
    private readonly ChildProcess _process;

    private NginxProcess(TestFolder folder, ChildProcess process) => (_folder, _process) = (folder, process);

    /// <summary>Starts nginx with these <c>server</c> blocks and waits until <paramref name="port"/> answers.</summary>
    public static async Task<NginxProcess> StartAsync(int port, string servers)
    {
        var program = Installed.Program("nginx");
        var folder = new TestFolder();
        var config = folder.Write("nginx.conf", $$"""
            daemon off; master_process off; worker_processes 1; pid {{folder.File("nginx.pid")}}; error_log stderr warn;
            events { worker_connections 4096; }
            http {
              access_log off; client_body_temp_path {{folder.File("body")}}; proxy_temp_path {{folder.File("proxy")}};
              fastcgi_temp_path {{folder.File("fastcgi")}}; uwsgi_temp_path {{folder.File("uwsgi")}};
              scgi_temp_path {{folder.File("scgi")}};
              keepalive_requests 1000000000;
              {{servers}}
            }
            """);
        var process = ChildProcess.Start(program, ["-p", folder.Path, "-c", config]);
        await process.WaitForPortAsync(port, TestContext.Current.CancellationToken);
        return new NginxProcess(folder, process);
    }

    /// <summary>A server that answers everything on <paramref name="port"/> with 200 and <paramref name="text"/>.</summary>
    public static string Saying(string text, int port) =>
        $"server {{ listen 127.0.0.1:{port} reuseport backlog=4096; location / {{ return 200 \"{text}\"; }} }}\n";

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}
