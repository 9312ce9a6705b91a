using System.Collections.Immutable;
using EdgeProxy.Configuration.Parsing;
using EdgeProxy.Configuration.Reading;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace EdgeProxy.Configuration.Source;

/// <summary>Where configuration comes from: appsettings.json, appsettings.{Environment}.json beside it, environment variables, then the
/// files named on the command line; later ones win. Every <see cref="Load"/> reads all of it afresh.</summary>
internal sealed class ConfigSource
{
    private readonly ConfigPlace _place;
    private readonly Func<IConfiguration, IReadOnlyList<ConfigError>>? _alsoCheck;
    private readonly ImmutableArray<string> _optional;
    private readonly ImmutableArray<string> _named;

    /// <summary>Once seen, a file has to stay: while an editor replaces it, a load must not pass over what it says.</summary>
    private readonly ImmutableArray<string> _present;

    /// <param name="place">Where to look for appsettings.json.</param>
    /// <param name="configFiles">From the command line; each must exist.</param>
    /// <param name="alsoCheck">What another room has to say about its own sections.</param>
    public ConfigSource(ConfigPlace place, IReadOnlyList<string> configFiles, Func<IConfiguration, IReadOnlyList<ConfigError>>? alsoCheck = null)
    {
        (_place, _alsoCheck) = (place, alsoCheck);
        ContentRoot = new[] { place.CurrentDirectory, place.ProgramDirectory }
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "appsettings.json")), place.CurrentDirectory);
        _optional = [Path.Combine(ContentRoot, "appsettings.json"), Path.Combine(ContentRoot, $"appsettings.{place.EnvironmentName}.json")];
        _named = [.. configFiles.Select(file => Path.GetFullPath(file, place.CurrentDirectory))];
        _present = [.. _optional.Where(File.Exists)];
    }

    /// <summary>What relative paths in the configuration are relative to: the folder of appsettings.json, or the current one if there is none.</summary>
    public string ContentRoot { get; }

    /// <summary>Production, Development or any other name.</summary>
    public string Environment => _place.EnvironmentName;

    /// <summary>Full paths of the files to watch, also of those that are not there yet.</summary>
    public ImmutableArray<string> Files => [.. _optional, .. _named];

    public LoadedConfig Load()
    {
        ImmutableArray<JsonConfigFile> optional = [.. _optional.Where(file => _present.Contains(file) || File.Exists(file)).Select(JsonConfigFile.Read)];
        ImmutableArray<JsonConfigFile> named = [.. _named.Select(JsonConfigFile.Read)];
        var builder = new ConfigurationBuilder();
        AddValues(builder, optional);
        builder.Add(new EnvironmentVariablesConfigurationSource { Prefix = _place.VariablePrefix });
        AddValues(builder, named);
        var root = builder.Build();
        return new LoadedConfig(root, Parse(root, [.. optional, .. named]));
    }

    private static void AddValues(ConfigurationBuilder builder, ImmutableArray<JsonConfigFile> files)
    {
        foreach (var file in files)
            builder.AddInMemoryCollection(file.Values);
    }

    private ConfigResult Parse(IConfigurationRoot root, ImmutableArray<JsonConfigFile> files)
    {
        var order = DomainOrder(files);
        var inFiles = files.SelectMany(file => file.Errors).ToList();
        // Without what a damaged file says, or with every site's name refused, the parser would only complain about what is not missing.
        if (files.Any(file => !file.IsWhole) || (inFiles.Count > 0 && order.Count == 0))
            return ConfigResult.Invalid(inFiles);
        var result = ConfigParser.Parse(root, ContentRoot, order);
        ConfigError[] others = [.. inFiles, .. _alsoCheck?.Invoke(root) ?? []];
        return others.Length > 0 ? ConfigResult.Invalid([.. result.Errors, .. others]) : result;
    }

    private static List<string> DomainOrder(ImmutableArray<JsonConfigFile> files) => [.. files
        .SelectMany(file => file.Values)
        .Select(pair => pair.Key.Split(':', 4))
        .Where(path => path.Length > 2 && path[0].Equals(ConfigParser.SectionName, StringComparison.OrdinalIgnoreCase)
            && path[1].Equals("Domains", StringComparison.OrdinalIgnoreCase))
        .Select(path => path[2])
        .Distinct(StringComparer.OrdinalIgnoreCase)];
}
