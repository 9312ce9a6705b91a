using System.Collections.Immutable;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace EdgeProxy.Configuration;

/// <summary>Where configuration comes from: appsettings.json, appsettings.{Environment}.json beside it, environment variables, then the
/// files named on the command line; later ones win. Every <see cref="Load"/> reads all of it afresh.</summary>
/// <param name="place">Where to look for appsettings.json.</param>
/// <param name="configFiles">From the command line; each must exist.</param>
/// <param name="alsoCheck">What another room has to say about its own sections.</param>
internal sealed class ConfigSource(ConfigPlace place, IReadOnlyList<string> configFiles, Func<IConfiguration, IReadOnlyList<ConfigError>>? alsoCheck = null)
{
    private readonly ImmutableArray<string> _named = [.. configFiles.Select(file => Path.GetFullPath(file, place.CurrentDirectory))];

    /// <summary>What relative paths in the configuration are relative to: the folder of appsettings.json, or the current one if there is none.</summary>
    public string BaseDirectory { get; } = new[] { place.CurrentDirectory, place.ProgramDirectory }
        .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "appsettings.json")), place.CurrentDirectory);

    /// <summary>Full paths of the files to watch, also of those that are not there yet.</summary>
    public ImmutableArray<string> Files => [.. BaseFiles, .. _named];

    private ImmutableArray<string> BaseFiles =>
        [Path.Combine(BaseDirectory, "appsettings.json"), Path.Combine(BaseDirectory, $"appsettings.{place.EnvironmentName}.json")];

    public LoadedConfig Load()
    {
        ImmutableArray<JsonConfigFile> optional = [.. BaseFiles.Where(File.Exists).Select(Read)];
        ImmutableArray<JsonConfigFile> named = [.. _named.Select(Read)];
        var builder = new ConfigurationBuilder();
        AddValues(builder, optional);
        builder.Add(new EnvironmentVariablesConfigurationSource { Prefix = place.VariablePrefix });
        AddValues(builder, named);
        var root = builder.Build();
        return new LoadedConfig(root, Parse(root, [.. optional, .. named]));
    }

    private static JsonConfigFile Read(string file)
    {
        try
        {
            return JsonConfigFile.Parse(file, File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return JsonConfigFile.Unreadable(file, "there is no such file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return JsonConfigFile.Unreadable(file, $"cannot be read: {e.Message}");
        }
    }

    private static void AddValues(ConfigurationBuilder builder, ImmutableArray<JsonConfigFile> files)
    {
        foreach (var file in files)
            builder.AddInMemoryCollection(file.Values);
    }

    /// <summary>A damaged file is reported alone: without what it says, most of the rest would look wrong.</summary>
    private ConfigResult Parse(IConfigurationRoot root, ImmutableArray<JsonConfigFile> files)
    {
        var damage = files.SelectMany(file => file.Errors).ToList();
        if (damage.Count > 0)
            return ConfigResult.Invalid(damage);
        var result = ConfigParser.Parse(root, BaseDirectory, DomainOrder(files));
        var others = alsoCheck?.Invoke(root) ?? [];
        return others.Count > 0 ? ConfigResult.Invalid([.. result.Errors, .. others]) : result;
    }

    private static List<string> DomainOrder(ImmutableArray<JsonConfigFile> files) => [.. files
        .SelectMany(file => file.Values)
        .Select(pair => pair.Key.Split(':', 4))
        .Where(path => path.Length > 2 && path[0].Equals(ConfigParser.SectionName, StringComparison.OrdinalIgnoreCase)
            && path[1].Equals("Domains", StringComparison.OrdinalIgnoreCase))
        .Select(path => path[2])
        .Distinct(StringComparer.OrdinalIgnoreCase)];
}

/// <summary>What one load gave: every key as it came, and what the parser says to it.</summary>
internal sealed record LoadedConfig(IConfigurationRoot Root, ConfigResult Result);
