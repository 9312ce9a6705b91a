using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace EdgeProxy.Observability;

/// <summary>The line a request leaves. Nothing a client sends can break the line or make it long.</summary>
internal static partial class AccessLog
{
    public const string Category = "EdgeProxy.Access";

    private const int MaxTextLength = 1024;

    // Visible ASCII but for what ends a quoted text or starts an escape.
    private static readonly SearchValues<char> Plain =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code).Where(character => character is not ('"' or '\\'))]);

    /// <param name="logger">Of <see cref="Category"/>.</param>
    /// <param name="site">The site's name, <c>-</c> for none.</param>
    /// <param name="client">The client's address.</param>
    /// <param name="method">Passed through <see cref="Safe"/>, like <paramref name="target"/>.</param>
    /// <param name="target">As the client wrote it.</param>
    /// <param name="protocol">HTTP/1.1, HTTP/2, ...</param>
    /// <param name="status">The status that was or would have been sent.</param>
    /// <param name="bytes">Bytes of the response body that were handed to the server; what flows after an upgrade is not counted.</param>
    /// <param name="milliseconds">From the head of the request to the end of the response.</param>
    /// <param name="upstream">The upstream's address, <c>-</c> when we answered ourselves.</param>
    /// <param name="outcome"><c>done</c> or <c>aborted</c>.</param>
    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Site} {Client} \"{Method} {Target} {Protocol}\" {Status} {Bytes} {Milliseconds:0.0}ms {Upstream} {Outcome}",
        SkipEnabledCheck = true)]
    public static partial void Line(
        ILogger logger,
        string site,
        IPAddress client,
        string method,
        string target,
        string protocol,
        int status,
        long bytes,
        double milliseconds,
        string upstream,
        string outcome);

    /// <summary>Text from outside in a form that is safe in a line: escaped and bounded.</summary>
    public static string Safe(string text)
    {
        if (text.Length <= MaxTextLength && !text.AsSpan().ContainsAnyExcept(Plain))
            return text.Length == 0 ? "-" : text;

        var line = new StringBuilder();
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, MaxTextLength)))
        {
            if (Plain.Contains(character))
                line.Append(character);
            else
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
        }

        return text.Length <= MaxTextLength ? line.ToString() : line.Append("...").ToString();
    }
}
