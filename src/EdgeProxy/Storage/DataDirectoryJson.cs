using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeProxy.Observability;

namespace EdgeProxy.Storage;

/// <summary>Values of the data directory that are JSON.</summary>
internal static class DataDirectoryJson
{
    public static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <returns>Null when there is no such value, or none that can be understood.</returns>
    public static async Task<T?> ReadJsonAsync<T>(this IDataDirectory directory, string key, CancellationToken cancellationToken)
        where T : class => (await directory.LookAtJsonAsync<T>(key, cancellationToken)).Value;

    /// <summary>The same, and whether there is a value that cannot be understood.</summary>
    public static async Task<(T? Value, bool IsDamaged)> LookAtJsonAsync<T>(
        this IDataDirectory directory, string key, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            var content = await directory.ReadAsync(key, cancellationToken);
            return (content is null ? null : JsonSerializer.Deserialize<T>(content, Format), false);
        }
        catch (JsonException)
        {
            // The exception is dropped: its message quotes the content, which may be a private key.
            return (null, true);
        }
    }

    /// <summary>Sets aside a value that cannot be understood. The caller holds the lease.</summary>
    public static async Task RepairJsonAsync<T>(
        this IDataDirectory directory, string key, ILogger logger, CancellationToken cancellationToken)
        where T : class
    {
        if ((await directory.LookAtJsonAsync<T>(key, cancellationToken)).IsDamaged)
            await directory.SetAsideAsync(key, "it is damaged", logger, cancellationToken);
    }

    public static Task WriteJsonAsync<T>(
        this IDataDirectory directory, string key, T value, bool secret, CancellationToken cancellationToken) =>
        directory.WriteAsync(key, JsonSerializer.SerializeToUtf8Bytes(value, Format), secret, cancellationToken);

    /// <summary>Sets a value aside and logs why; the problem is a part of a sentence.</summary>
    public static async Task SetAsideAsync(
        this IDataDirectory directory, string key, string problem, ILogger logger, CancellationToken cancellationToken)
    {
        if (await directory.SetAsideAsync(key, cancellationToken) is { } aside)
            logger.LogWarning(
                EdgeEvent.FileSetAside.Id(),
                "{File} cannot be used: {Problem}. It was set aside as {Aside}", directory.PathOf(key), problem, directory.PathOf(aside));
    }
}
