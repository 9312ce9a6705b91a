using EdgeProxy.Hosting;

namespace EdgeProxy.Tests.Commands;

public sealed class CheckCommandTests : IDisposable
{
    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task ShowsListenersAndOneRowAName()
    {
        _run.Write("appsettings.json", """
            {
              "EdgeProxy": {
                "Acme": { "AcceptTermsOfService": true },
                "DataDirectory": "/data",
                "Domains": {
                  "example.org": { "Upstreams": [ "http://a:8071", "h2c://b:8072" ], "Aliases": [ "www.example.org", "localhost" ] },
                  "old.example.org": { "RedirectTo": "https://example.org/new" }
                }
              }
            }
            """);

        Assert.Equal(ExitCode.Done, await _run.RunAsync("check"));
        Assert.Empty(_run.Error);
        Assert.Equal(
            """
            http   *:80
            https  *:443
            admin  127.0.0.1:9180
            data   /data

            NAME             TARGET                               CERTIFICATE
            example.org      http://a:8071, h2c://b:8072          Acme (acme-v02.api.letsencrypt.org)
            www.example.org  http://a:8071, h2c://b:8072          Acme (acme-v02.api.letsencrypt.org)
            localhost        http://a:8071, h2c://b:8072          Internal
            old.example.org  redirect to https://example.org/new  Acme (acme-v02.api.letsencrypt.org)

            """,
            _run.Output);
    }

    [Fact]
    public async Task PrintsEveryErrorAsPathAndMessage()
    {
        _run.Write("appsettings.json", """{ "EdgeProxy": { "HttpPort": 0, "Domains": { "localhost": {} } } }""");

        Assert.Equal(ExitCode.InvalidConfiguration, await _run.RunAsync("check"));
        Assert.Empty(_run.Output);
        var lines = _run.Error.Trim().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("EdgeProxy:HttpPort: \"0\" must be", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("EdgeProxy:Domains:localhost:Upstream: is missing", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutAnyConfigurationShowsTheLinesToAdd()
    {
        Assert.Equal(ExitCode.InvalidConfiguration, await _run.RunAsync("check"));
        Assert.Contains("\"example.org\": { \"Upstream\":", _run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadsTheFilesGiven()
    {
        _run.Write("appsettings.json", CommandRun.Configuration());
        var file = _run.Write("ports.json", """{ "EdgeProxy": { "HttpPort": 8080, "BindAddress": "::", "Admin": { "Port": 0 } } }""");

        Assert.Equal(ExitCode.Done, await _run.RunAsync("check", "--config", file));
        Assert.StartsWith("http   [::]:8080\nhttps  [::]:443\nadmin  off\n", _run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WarnsOfACertificateFileThatIsMissing()
    {
        _run.Write("a.pem", "");
        _run.Write("appsettings.json", """
            { "EdgeProxy": { "Domains": { "localhost": {
              "Upstream": "demo", "Certificate": { "Source": "File", "Path": "a.pem", "KeyPath": "a.key" } } } } }
            """);

        Assert.Equal(ExitCode.Done, await _run.RunAsync("check"));
        Assert.Contains($"File {_run.File("a.pem")}", _run.Output, StringComparison.Ordinal);
        Assert.StartsWith($"warning: {_run.File("a.key")} of localhost does not exist", _run.Error, StringComparison.Ordinal);
        Assert.Single(_run.Error.Trim().Split('\n'));
    }
}
