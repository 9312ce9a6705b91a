using System.Net.WebSockets;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EdgeProxy.Proxy.Demo;

/// <summary>What the demo upstream answers: the request it received, as a page for browsers and as JSON for everybody else.</summary>
internal static class DemoPage
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task AnswerAsync(HttpContext context)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            await EchoAsync(context);
            return;
        }

        var received = await ReceivedRequest.ReadAsync(context);
        var isForBrowser = context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
        context.Response.ContentType = isForBrowser ? "text/html; charset=utf-8" : "application/json; charset=utf-8";
        await context.Response.WriteAsync(isForBrowser ? Html(received) : JsonSerializer.Serialize(received, Readable) + "\n");
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[4096];
        while (true)
        {
            var message = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            if (message.MessageType == WebSocketMessageType.Close)
                break;
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, context.RequestAborted);
        }

        await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    }

    private static string Html(ReceivedRequest received)
    {
        var rows = new StringBuilder();
        foreach (var (name, value) in received.Headers)
            rows.Append("<tr><th>").Append(Encode(name)).Append("</th><td>").Append(Encode(value)).Append("</td></tr>");
        return $$"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>EdgeProxy demo upstream</title>
            <meta name="viewport" content="width=device-width">
            <style>
              body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 3rem auto; padding: 0 1rem }
              th { text-align: left; padding-right: 2rem; vertical-align: top; font-weight: 600; white-space: nowrap }
              td { font-family: ui-monospace, monospace; overflow-wrap: anywhere }
            </style></head><body>
            <h1>It works</h1>
            <p>EdgeProxy forwarded your request to its embedded demo upstream, which received this:</p>
            <table>
              <tr><th>Method</th><td>{{Encode(received.Method)}}</td></tr>
              <tr><th>Target</th><td>{{Encode(received.Target)}}</td></tr>
              <tr><th>Host</th><td>{{Encode(received.Host)}}</td></tr>
              <tr><th>Protocol</th><td>{{Encode(received.Protocol)}}</td></tr>
              <tr><th>Body</th><td>{{received.BodyLength}} bytes</td></tr>
            </table>
            <h2>Headers</h2>
            <table>{{rows}}</table>
            </body></html>

            """;
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
