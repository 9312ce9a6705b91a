using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace EdgeProxy.Tests.Http;

/// <summary>Sends bytes as they are and reads what comes back until the server closes.</summary>
internal static class RawClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<RawResponse> SendAsync(int port, ReadOnlyMemory<byte> request, string? tlsName = null)
    {
        using var client = new TcpClient();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        await client.ConnectAsync(IPAddress.Loopback, port, patience.Token);
        await using var stream = await OpenAsync(client, tlsName, patience.Token);
        var sending = SendAsync(stream, request, patience.Token);
        var received = await ReceiveAsync(stream, patience.Token);
        return RawResponse.Parse(received) with { SentAll = await sending };
    }

    public static async Task<Stream> OpenAsync(TcpClient client, string? tlsName, CancellationToken cancellationToken)
    {
        if (tlsName is null)
            return client.GetStream();
        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = tlsName,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=example.org",
                EnabledSslProtocols = SslProtocols.None,
                ApplicationProtocols = [SslApplicationProtocol.Http11],
            },
            cancellationToken);
        return tls;
    }

    // A server that has answered may close on what is still being sent.
    private static async Task<bool> SendAsync(Stream stream, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(request, cancellationToken);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<string> ReceiveAsync(Stream stream, CancellationToken cancellationToken)
    {
        var received = new MemoryStream();
        try
        {
            await stream.CopyToAsync(received, cancellationToken);
        }
        catch (IOException)
        {
            received.Write("<reset>"u8);
        }

        return Encoding.Latin1.GetString(received.ToArray());
    }
}

/// <summary>The last response of a connection, and everything that was received.</summary>
internal sealed record RawResponse(int Status, string Head, string Body, string All)
{
    /// <summary>Whether the server took the whole request, be it to throw it away.</summary>
    public bool SentAll { get; init; }

    public static RawResponse Parse(string received)
    {
        var start = received.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal);
        if (start < 0)
            return new RawResponse(0, "", "", received);
        var text = received[start..];
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return new RawResponse(int.Parse(text.AsSpan(9, 3), null), text[..end], text[(end + 4)..], received);
    }

    public string? Header(string name) => Head.Split("\r\n").Skip(1)
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim())
        .SingleOrDefault();
}
