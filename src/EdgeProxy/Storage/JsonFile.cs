using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeProxy.Storage;

/// <summary>Small JSON files in the data directory. One that cannot be understood is set aside.</summary>
internal static class JsonFile
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <returns>Null when there is no such file, or it was damaged.</returns>
    public static T? Read<T>(string path, ILogger logger)
        where T : class
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Format) : null;
        }
        catch (JsonException)
        {
            // The exception quotes what it read, which may be a key.
            logger.LogWarning("{File} is damaged; it was set aside as {Aside}", path, DamagedFile.SetAside(path));
            return null;
        }
    }

    public static void Write<T>(string path, T content, bool secret = false) =>
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(content, Format), secret);
}
