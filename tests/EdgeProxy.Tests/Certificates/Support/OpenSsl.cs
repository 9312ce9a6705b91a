using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Tests.Certificates;

/// <summary>The openssl program, as a client that nothing of ours is in.</summary>
internal static class OpenSsl
{
    /// <summary>What <c>openssl s_client</c> prints when it connects, says <paramref name="input"/> and leaves.</summary>
    public static async Task<string> ConnectAsync(int port, string arguments, string input = "Q\n")
    {
        var start = new ProcessStartInfo("openssl", $"s_client -connect 127.0.0.1:{port} {arguments}")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var cancellation = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It was refused and has gone already.
        }

        return await output + await errors;
    }

    /// <summary>The certificates that the server sent, in the order it sent them.</summary>
    public static async Task<IReadOnlyList<X509Certificate2>> ReadChainAsync(int port, string arguments)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(await ConnectAsync(port, "-showcerts " + arguments));
        // The server's own certificate is printed twice: in the list, and once more in the summary.
        return [.. certificates.DistinctBy(certificate => certificate.Thumbprint)];
    }
}
