using Microsoft.Extensions.Primitives;

namespace EdgeProxy.Observability;

/// <summary>Splits the section <c>Serilog</c> in two: which events there are and what they carry, and the sinks they are written
/// to.</summary>
internal static class SerilogSection
{
    public const string Name = "Serilog";

    private static readonly string[] Sinks = ["WriteTo", "AuditTo"];
    private static readonly string[] NotSinks = ["MinimumLevel", "Enrich", "Filter", "Destructure", "Properties"];

    // What sinks are made from.
    private static readonly string[] SinkKeys = [.. Sinks, "Using", "LevelSwitches", "FilterSwitches"];

    public static IConfigurationRoot WithoutSinks(IConfigurationRoot root) => Hide(root, Sinks);

    public static IConfigurationRoot OnlySinks(IConfigurationRoot root) => Hide(root, NotSinks);

    /// <summary>Equal for configurations that have the same sinks.</summary>
    public static string SinksText(IConfiguration root) => string.Join('\n', SinkKeys
        .SelectMany(key => root.GetSection($"{Name}:{key}").AsEnumerable())
        .Where(pair => pair.Value is not null)
        .Select(pair => $"{pair.Key}={pair.Value}"));

    private static ConfigurationRoot Hide(IConfigurationRoot root, string[] keys)
    {
        string[] paths = [.. keys.Select(key => $"{Name}:{key}")];
        return new ConfigurationRoot([.. root.Providers.Select(provider => new Provider(provider, paths))]);
    }

    /// <summary>Another provider's keys, but for those below some paths.</summary>
    private sealed class Provider(IConfigurationProvider inner, string[] hidden) : IConfigurationProvider
    {
        public void Load()
        {
        }

        public IChangeToken GetReloadToken() => inner.GetReloadToken();

        public void Set(string key, string? value) => throw new NotSupportedException();

        public bool TryGet(string key, out string? value)
        {
            value = null;
            return !IsHidden(key) && inner.TryGet(key, out value);
        }

        public IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath) =>
            IsHidden(parentPath) ? earlierKeys : inner.GetChildKeys(earlierKeys, parentPath);

        private bool IsHidden(string? path) => path is not null && hidden.Any(each =>
            path.StartsWith(each, StringComparison.OrdinalIgnoreCase) && (path.Length == each.Length || path[each.Length] == ':'));
    }
}
