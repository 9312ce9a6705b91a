using System.Net;
using System.Net.WebSockets;
using System.Text;

namespace EdgeProxy.Tests.Proxy;

internal static class TestWebSocket
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<ClientWebSocket> OpenAsync(TestEdge edge, bool inHttp2 = false)
    {
        var socket = new ClientWebSocket();
        socket.Options.HttpVersion = inHttp2 ? HttpVersion.Version20 : HttpVersion.Version11;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await socket.ConnectAsync(
            new Uri("ws://site.test/socket"),
            new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = edge.ConnectAsync }),
            Cancel);
        return socket;
    }

    public static async Task<string> EchoAsync(ClientWebSocket socket, string text)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Cancel);
        return await ReceiveAsync(socket);
    }

    public static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        timeout.CancelAfter(TestEdge.Patience);
        var text = new StringBuilder();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, timeout.Token);
            if (part.MessageType == WebSocketMessageType.Close)
                return $"closed {(int)part.CloseStatus!}";
            text.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
            if (part.EndOfMessage)
                return text.ToString();
        }
    }
}
