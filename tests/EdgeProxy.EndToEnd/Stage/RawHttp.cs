using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace EdgeProxy.EndToEnd;

/// <summary>Requests byte for byte as a test writes them.</summary>
public static class RawHttp
{
    /// <summary>Sends <paramref name="request"/> over plain TCP and reads until the other side closes.</summary>
    public static async Task<string> SendAsync(int port, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
        return await SendAsync(client.GetStream(), request);
    }

    /// <summary>Sends <paramref name="request"/> over TLS (HTTP/1.1) with <paramref name="serverName"/> as SNI and reads until the end.</summary>
    public static async Task<string> SendTlsAsync(int port, string serverName, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
#pragma warning disable CA5359 // Not about trust.
        await using var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = serverName }, TestContext.Current.CancellationToken);
        return await SendAsync(stream, request);
    }

    private static async Task<string> SendAsync(Stream stream, string request)
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        using var response = new MemoryStream();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            await stream.CopyToAsync(response, limit.Token);
        }
        catch (IOException)
        {
            // A reset behind the answer ends it like a close.
        }
        return Encoding.Latin1.GetString(response.ToArray());
    }
}
