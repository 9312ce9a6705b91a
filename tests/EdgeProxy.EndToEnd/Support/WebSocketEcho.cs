using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace EdgeProxy.EndToEnd;

/// <summary>Both ends of a conversation over a WebSocket in which every message comes back.</summary>
public static class WebSocketEcho
{
    /// <summary>The upstream's end: sends every message back until the other side closes.</summary>
    public static async Task AnswerAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[4096];
        while (true)
        {
            var message = await socket.ReceiveAsync(buffer, context.RequestAborted);
            if (message.MessageType == WebSocketMessageType.Close)
                break;
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, context.RequestAborted);
        }
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    }

    /// <summary>The client's end: sends <paramref name="text"/> and gives what came back.</summary>
    public static async Task<string> SayAsync(this WebSocket socket, string text)
    {
        await socket.SendAsync(
            Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);
        var buffer = new byte[4096];
        var answer = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, answer.Count);
    }
}
