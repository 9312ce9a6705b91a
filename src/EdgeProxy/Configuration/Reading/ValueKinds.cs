using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Text;
using System.Text.Json;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Configuration.Reading;

/// <summary>The forms that the values of this program's keys are written in.</summary>
internal static class ValueKinds
{
    public static readonly ValueKind<bool> Boolean = new("boolean", ValueParser.Boolean, value => value ? "true" : "false");

    public static readonly ValueKind<int> Port = ValueKind.Bare("port", ValueParser.Port);

    /// <summary>0 is off.</summary>
    public static readonly ValueKind<int> PortOrOff = ValueKind.Bare("port", ValueParser.PortOrOff);

    public static readonly ValueKind<int> Count = ValueKind.Bare("whole number", ValueParser.Count);

    public static readonly ValueKind<long> Bytes = ValueKind.Bare("whole number", ValueParser.Bytes) with { Unit = "bytes" };

    public static readonly ValueKind<TimeSpan> Duration = ValueKind.InQuotes("duration", ValueParser.Duration) with { Unit = "hh:mm:ss" };

    public static readonly ValueKind<TimeSpan> PositiveDuration = Duration with { Parse = ValueParser.PositiveDuration };

    /// <summary>As written; <see cref="ConfigSection.ReadPath"/> makes it a full one.</summary>
    public static readonly ValueKind<string> Path = ValueKind.InQuotes("path", ValueParser.Path);

    /// <summary>An IP address to listen on, in canonical text, or <c>*</c>.</summary>
    public static readonly ValueKind<string> BindAddress = ValueKind.InQuotes("IP address", ValueParser.BindAddress);

    public static readonly ValueKind<IPNetwork> Network = ValueKind.InQuotes("network", ValueParser.Network);

    public static readonly ValueKind<string> Host = ValueKind.InQuotes("host name", HostNameParser.Parse);

    public static readonly ValueKind<Uri> BaseUrl = new("URL", UrlParser.Base, url => JsonText.Quote(UrlParser.Format(url)));

    public static readonly ValueKind<Uri> HttpsUrl = BaseUrl with { Parse = UrlParser.Https };

    public static readonly ValueKind<Upstream> Upstream = new(
        "upstream", UpstreamParser.Parse, upstream => JsonText.Quote(UpstreamParser.Format(upstream)));

    public static readonly ValueKind<HostHeader> HostHeader = new(
        "host header", HostHeaderParser.Parse, header => JsonText.Quote(HostHeaderParser.Format(header)))
    {
        Words = HostHeaderParser.Words,
    };

    public static readonly ValueKind<int> RedirectStatusCode =
        ValueKind.Choice(("301", 301), ("302", 302), ("307", 307), ("308", 308)) with
        {
            Write = code => code.ToString(CultureInfo.InvariantCulture),
        };

    public static readonly ValueKind<string> Challenge = ValueKind.InQuotes("choice", ParseChallenge) with { Words = ["http-01"] };

    public static readonly ValueKind<string> Text = ValueKind.InQuotes("text", text => text);

    public static readonly ValueKind<string> Email = ValueKind.InQuotes("e-mail address", ParseEmail);

    /// <summary>Base64url without padding. A secret, which no message repeats; some CAs print the ordinary alphabet.</summary>
    public static readonly ValueKind<string> HmacKey = ValueKind.InQuotes("base64url", ParseHmacKey);

    /// <summary>JSON in UTF-8, written in place or as text.</summary>
    public static readonly ValueKind<ValueList<byte>> Json = new("JSON", ParseJson, WriteJson);

    private static string ParseChallenge(string text) => text.Equals("http-01", StringComparison.OrdinalIgnoreCase)
        ? text
        : throw new FormatException($"\"{text}\" is not available: only http-01 is. Remove the key.");

    private static string ParseEmail(string text)
    {
        var at = text.LastIndexOf('@');
        return at > 0 && MailAddress.TryCreate(text, out var mail) && mail.Address == text && HostName.TryParse(text[(at + 1)..], out _)
            ? text
            : throw new FormatException($"\"{text}\" is not an e-mail address: write one alone, such as ops@example.org.");
    }

    private static string ParseHmacKey(string text)
    {
        var key = text.TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return key.Length > 0 && Base64Url.IsValid(key)
            ? key
            : throw new FormatException("is not base64url (letters, digits, - and _): copy it from the CA as it is.");
    }

    private static ValueList<byte> ParseJson(string text)
    {
        try
        {
            using var _ = JsonDocument.Parse(text);
            return [.. Encoding.UTF8.GetBytes(text)];
        }
        catch (JsonException)
        {
            throw new FormatException("is not JSON: write the body as an object, such as { \"code\": \"BAD_GATEWAY\" }.");
        }
    }

    /// <summary>In place where that reads back as the same bytes, otherwise as text.</summary>
    private static string WriteJson(ValueList<byte> json)
    {
        var text = Encoding.UTF8.GetString(json.Memory.Span);
        using var document = JsonDocument.Parse(json.Memory);
        var isCompact = document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array && JsonText.Compact(document) == text;
        return isCompact ? text : JsonText.Quote(text);
    }
}
