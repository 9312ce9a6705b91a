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
    private readonly Func<IConfigurationRoot, ConfigResult<LibrarySections>> _parseLibraries;
    private readonly ImmutableArray<string> _optional;
    private readonly ImmutableArray<string> _named;

    /// <summary>Files that were there at the start. A load fails without them: while an editor replaces a file, its settings must not
    /// vanish.</summary>
    private readonly ImmutableArray<string> _present;

    /// <param name="place">Where to look for appsettings.json.</param>
    /// <param name="configFiles">From the command line; each must exist.</param>
    /// <param name="parseLibraries">Parses what is not in our own section.</param>
    public ConfigSource(
        ConfigPlace place, IReadOnlyList<string> configFiles, Func<IConfigurationRoot, ConfigResult<LibrarySections>> parseLibraries)
    {
        (_place, _parseLibraries) = (place, parseLibraries);
        ContentRoot = new[] { place.CurrentDirectory, place.ProgramDirectory }
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "appsettings.json")), place.CurrentDirectory);
        _optional = [Path.Combine(ContentRoot, "appsettings.json"), Path.Combine(ContentRoot, $"appsettings.{place.EnvironmentName}.json")];
        _named = [.. configFiles.Select(file => Path.GetFullPath(file, place.CurrentDirectory))];
        _present = [.. _optional.Where(File.Exists)];
    }

    /// <summary>What relative paths in the configuration are relative to: the folder of appsettings.json, or the current
    /// one if there is none.</summary>
    public string ContentRoot { get; }

    /// <summary>Production, Development or any other name.</summary>
    public string Environment => _place.EnvironmentName;

    /// <summary>Full paths of the files to watch, also of those that are not there yet.</summary>
    public ImmutableArray<string> Files => [.. _optional, .. _named];

    public ConfigResult<ParsedConfig> Load()
    {
        var (values, files) = Read();
        var tree = ConfigNode.Create(values);
        var inFiles = files.SelectMany(file => file.Errors).ToList();
        // The parser is not asked where a file is damaged or every site's key was refused: it would report what is there as missing.
        var hasSites = tree.Find(EdgeKeys.Section.Name).Find(EdgeKeys.Domains.Name).IsPresent;
        if (files.Any(file => !file.IsWhole) || (inFiles.Count > 0 && !hasSites))
            return ConfigResult<ParsedConfig>.Invalid(inFiles);

        var edge = ConfigParser.Parse(tree, ContentRoot);
        var libraries = _parseLibraries(OfLibraries(values));
        ConfigError[] errors = [.. edge.Errors, .. inFiles, .. TrustedRootsCheck.Errors(tree, ContentRoot), .. libraries.Errors];
        return errors.Length == 0 && edge.Config is { } config && libraries.Config is { } sections
            ? ConfigResult<ParsedConfig>.Valid(new ParsedConfig(config, sections))
            : ConfigResult<ParsedConfig>.Invalid(errors);
    }

    /// <summary>Where a proxy with this configuration is to be found, as far as the configuration can be read.</summary>
    public RunningPlace FindRunning()
    {
        var (values, files) = Read();
        var section = ConfigSection.Open(ConfigNode.Create(values), EdgeKeys.Section, ContentRoot, []);
        return new RunningPlace(
            ListenerParser.ParseAdmin(section.Section(EdgeKeys.Admin)),
            section.ReadPath(EdgeKeys.DataDirectory) ?? ContentRoot,
            files.All(file => file.IsWhole));
    }

    /// <summary>The last value of every key, in the order of the files. Keys that only the environment has come last, as it has no
    /// order.</summary>
    private (OrderedDictionary<string, string?> Values, ImmutableArray<JsonConfigFile> Files) Read()
    {
        var optional = _optional.Where(file => _present.Contains(file) || File.Exists(file)).Select(JsonConfigFile.Read).ToImmutableArray();
        var named = _named.Select(JsonConfigFile.Read).ToImmutableArray();
        var values = new OrderedDictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in optional.Concat(named).SelectMany(file => file.Values))
            values[key] = value;
        foreach (var (key, value) in EnvironmentVariables.Read(_place.VariablePrefix))
        {
            if (!named.Any(file => file.Values.ContainsKey(key)))
                values[key] = value;
        }

        return (values, [.. optional, .. named]);
    }

    private static IConfigurationRoot OfLibraries(IEnumerable<KeyValuePair<string, string?>> values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Where(pair => !IsOurs(pair.Key))).Build();

    private static bool IsOurs(string key) =>
        key.Split(':', 2)[0].Equals(EdgeKeys.Section.Name, StringComparison.OrdinalIgnoreCase);
}
