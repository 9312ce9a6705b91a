using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Testing;

/// <summary>The handshake as OpenSSL's own client sees it: nothing of ours is in it.</summary>
public static class OpenSsl
{
    /// <summary>Runs <c>openssl s_client</c>, says <paramref name="input"/> and leaves.</summary>
    /// <param name="port">On loopback.</param>
    /// <param name="arguments">More arguments, separated by spaces: <c>-servername a.example</c>.</param>
    /// <param name="input">What is said.</param>
    /// <param name="address">Where to connect to.</param>
    public static Task<ToolResult> ConnectAsync(int port, string arguments, string input = "Q\n", string address = "127.0.0.1")
    {
        var words = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Tool.RunAsync(Installed.Program("openssl"), ["s_client", "-connect", $"{address}:{port}", .. words], input);
    }

    /// <summary>The certificates that the server sent, in the order it sent them.</summary>
    public static async Task<X509Certificate2Collection> GetChainAsync(int port, string? serverName, string address = "127.0.0.1")
    {
        var name = serverName is null ? "-noservername" : $"-servername {serverName}";
        var result = await ConnectAsync(port, $"-showcerts {name}", address: address);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(result.Output);
        Assert.True(chain.Count > 0, $"no certificate was sent\n{result}");
        return chain;
    }
}
