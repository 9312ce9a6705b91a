using System.Collections.Immutable;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Source;

/// <summary>What one JSON file says, as flat configuration keys in the order written.</summary>
/// <param name="Values">Everything but what is in <paramref name="Errors"/>.</param>
/// <param name="Errors">Empty for a file that is sound.</param>
/// <param name="IsWhole">False where reading ended early: then <paramref name="Values"/> is what came before.</param>
internal sealed record JsonConfigFile(IReadOnlyDictionary<string, string?> Values, IReadOnlyList<ConfigError> Errors, bool IsWhole)
{
    public static JsonConfigFile Read(string file)
    {
        try
        {
            return JsonConfigParser.Parse(file, File.ReadAllBytes(file));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Unreadable(file, "there is no such file.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Unreadable(
                file, Directory.Exists(file) ? "is a folder; a JSON file is needed." : $"cannot be read: {exception.Message}");
        }
    }

    private static JsonConfigFile Unreadable(string file, string why) =>
        new(ImmutableDictionary<string, string?>.Empty, [new ConfigError(file, why)], false);
}
