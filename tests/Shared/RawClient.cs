using System.Text;

namespace EdgeProxy.Testing;

/// <summary>Sends bytes as they are and reads what comes back until the server closes.</summary>
public static class RawClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Sends a request; over TLS where a name for the handshake is given.</summary>
    public static Task<RawResponse> SendAsync(int port, string request, string? tlsName = null) =>
        SendAsync(port, Encoding.Latin1.GetBytes(request), tlsName);

    /// <inheritdoc cref="SendAsync(int, string, string?)"/>
    public static async Task<RawResponse> SendAsync(int port, ReadOnlyMemory<byte> request, string? tlsName = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        using var connection = await (tlsName is null
            ? RawConnection.OpenAsync(port, patience.Token)
            : RawConnection.OpenTlsAsync(port, tlsName, patience.Token));
        var sending = SendAsync(connection.Stream, request, patience.Token);
        var received = await ReceiveAsync(connection.Stream, patience.Token);
        return RawResponse.Parse(received) with { SentAll = await sending };
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
            received.Write(Encoding.Latin1.GetBytes(RawResponse.Reset));
        }

        return Encoding.Latin1.GetString(received.ToArray());
    }
}
