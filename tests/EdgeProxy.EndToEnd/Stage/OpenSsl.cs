using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.EndToEnd;

/// <summary>The handshake as OpenSSL's own client sees it.</summary>
public static class OpenSsl
{
    /// <summary>Runs <c>openssl s_client</c> against a port; no SNI when <paramref name="serverName"/> is null.</summary>
    public static Task<ToolResult> ConnectAsync(int port, string? serverName, params string[] arguments) =>
        ConnectAsync("127.0.0.1", port, serverName, arguments);

    /// <summary>The certificates that the server sent, in the order it sent them.</summary>
    public static async Task<X509Certificate2Collection> GetChainAsync(int port, string? serverName, string address = "127.0.0.1")
    {
        var result = await ConnectAsync(address, port, serverName, "-showcerts");
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(result.Output);
        Assert.True(chain.Count > 0, $"no certificate was sent\n{result}");
        return chain;
    }

    private static Task<ToolResult> ConnectAsync(string address, int port, string? serverName, params string[] arguments)
    {
        string[] name = serverName is null ? ["-noservername"] : ["-servername", serverName];
        return Tool.RunAsync(Installed.Program("openssl"), ["s_client", "-connect", $"{address}:{port}", .. name, .. arguments]);
    }
}
