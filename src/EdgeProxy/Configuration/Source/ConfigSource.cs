using System.Collections.Immutable;
using EdgeProxy.Configuration.Keys;
using EdgeProxy.Configuration.Parsing;
using EdgeProxy.Configuration.Reading;

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
        var values = Merge(optional, named);
        var root = new ConfigurationBuilder().AddInMemoryCollection(values.Where(pair => !IsOfSite(pair.Key))).Build();
        return new LoadedConfig(root, Parse(ConfigNode.Create(values), root, [.. optional, .. named]));
    }

    /// <summary>The last value of every key, in the order of the files. What only the environment names comes last, as it has no order.</summary>
    private OrderedDictionary<string, string?> Merge(ImmutableArray<JsonConfigFile> optional, ImmutableArray<JsonConfigFile> named)
    {
        var values = new OrderedDictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in optional.Concat(named).SelectMany(file => file.Values))
            values[key] = value;
        foreach (var (key, value) in EnvironmentVariables.Read(_place.VariablePrefix))
        {
            if (!named.Any(file => file.Values.ContainsKey(key)))
                values[key] = value;
        }

        return values;
    }

    private ConfigResult Parse(ConfigNode tree, IConfigurationRoot root, ImmutableArray<JsonConfigFile> files)
    {
        var inFiles = files.SelectMany(file => file.Errors).ToList();
        // What a damaged file does not say would be reported as missing; so would sites, where every name was refused.
        if (files.Any(file => !file.IsWhole) || (inFiles.Count > 0 && !tree.Find(EdgeKeys.Section.Name).Find(EdgeKeys.Domains.Name).IsPresent))
            return ConfigResult.Invalid(inFiles);
        var result = ConfigParser.Parse(tree, ContentRoot);
        ConfigError[] others = [.. inFiles, .. TrustedRootsCheck.Errors(tree, ContentRoot), .. _alsoCheck?.Invoke(root) ?? []];
        return others.Length > 0 ? ConfigResult.Invalid([.. result.Errors, .. others]) : result;
    }

    private static bool IsOfSite(string key) => key.StartsWith($"{EdgeKeys.Section.Name}:{EdgeKeys.Domains.Name}:", StringComparison.OrdinalIgnoreCase);
}
