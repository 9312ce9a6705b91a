using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeProxy.Configuration.Keys;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Source;

/// <summary>JSON to flat configuration keys in the order written. Reads like ASP.NET Core's own provider (comments, trailing commas),
/// except that a value which is JSON itself stays whole, a key written twice is always an error, and every error has its line.</summary>
internal sealed class JsonConfigParser
{
    private static readonly JsonReaderOptions LikeAspNetCore = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    private readonly string _file;
    private readonly byte[] _json;
    private readonly OrderedDictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ConfigError> _errors = [];
    private (long Number, int Start) _line = (1, 0);

    private JsonConfigParser(string file, byte[] json) => (_file, _json) = (file, json);

    public static JsonConfigFile Parse(string file, byte[] json)
    {
        var mark = json.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        var parser = new JsonConfigParser(file, json[mark..]);
        var isWhole = parser.Parse();
        return new JsonConfigFile(parser._values, parser._errors, isWhole);
    }

    private bool Parse()
    {
        var reader = new Utf8JsonReader(_json, LikeAspNetCore);
        try
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
                ReadObject(ref reader, "", EdgeKeys.File);
            else
                Fail(1, "must be a JSON object: { ... }");
            // Throws where text follows the end.
            reader.Read();
            return reader.TokenType == JsonTokenType.EndObject;
        }
        catch (JsonException exception)
        {
            var reason = exception.Message.Split(" LineNumber:", 2)[0];
            Fail((exception.LineNumber ?? 0) + 1, $"is not valid JSON: {reason}");
        }
        catch (InvalidOperationException)
        {
            // What Utf8JsonReader.GetString throws for bytes that are not UTF-8.
            Fail(Line(ref reader), "has text that is not UTF-8: save the file in that encoding.");
        }

        return false;
    }

    private void ReadObject(ref Utf8JsonReader reader, string path, ConfigKey? declared)
    {
        var lines = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = reader.GetString()!;
            var line = Line(ref reader);
            var isHostWithColon = declared == EdgeKeys.Domains && HostNameParser.HasColon(key);
            reader.Read();
            if (isHostWithColon)
                _errors.Add(new ConfigError($"{path}:{key}", HostNameParser.ExplainColon(key)));
            var isNew = lines.TryAdd(key, line);
            if (!isNew)
                Fail(line, $"\"{key}\" is written twice in the same object, first on line {lines[key]}: keep one.");
            if (isHostWithColon || !isNew)
                reader.Skip();
            else
                ReadValue(ref reader, path.Length == 0 ? key : $"{path}:{key}", (declared as SectionKey)?.Find(key));
        }

        if (lines.Count == 0 && path.Length > 0)
            Add(ref reader, path, null);
    }

    private void ReadArray(ref Utf8JsonReader reader, string path)
    {
        var index = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            ReadValue(ref reader, string.Create(CultureInfo.InvariantCulture, $"{path}:{index++}"), null);
        if (index == 0)
            Add(ref reader, path, "");
    }

    private void ReadValue(ref Utf8JsonReader reader, string path, ConfigKey? declared)
    {
        var isSingle = reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray);
        if (isSingle)
            Add(ref reader, path, ReadSingle(ref reader));
        else if (declared?.Kind == ValueKinds.Json)
            Add(ref reader, path, ReadWhole(ref reader));
        else if (reader.TokenType == JsonTokenType.StartObject)
            ReadObject(ref reader, path, declared);
        else
            ReadArray(ref reader, path);
    }

    private static string? ReadSingle(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.True => bool.TrueString,
        JsonTokenType.False => bool.FalseString,
        JsonTokenType.String => reader.GetString(),
        _ => Encoding.UTF8.GetString(reader.ValueSpan),
    };

    private static string ReadWhole(ref Utf8JsonReader reader)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return JsonText.Compact(document);
    }

    private void Add(ref Utf8JsonReader reader, string path, string? value)
    {
        if (!_values.TryAdd(path, value))
            Fail(Line(ref reader), $"\"{path}\" is written twice, once with its sections joined by ':': keep one.");
    }

    private void Fail(long line, string message) =>
        _errors.Add(new ConfigError(string.Create(CultureInfo.InvariantCulture, $"{_file}:{line}"), message));

    /// <summary>Counts on from where the last call ended, as the reader only moves forwards.</summary>
    private long Line(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        _line = (_line.Number + _json.AsSpan(_line.Start..start).Count((byte)'\n'), start);
        return _line.Number;
    }
}
