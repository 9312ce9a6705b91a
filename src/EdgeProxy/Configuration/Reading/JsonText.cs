using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EdgeProxy.Configuration.Reading;

/// <summary>Writes JSON on one line, and escapes only what JSON demands.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Compact(JsonDocument document) => Write(document.WriteTo);

    public static string Quote(string text) => Write(writer => writer.WriteStringValue(text));

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, Relaxed))
            write(writer);
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
