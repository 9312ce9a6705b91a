using System.Collections.Immutable;

namespace EdgeProxy.Configuration.Reading;

/// <summary>One section while it is read: remembers every key asked for and collects what is wrong with any of them.
/// An empty value counts as absent; a key that nobody asked for is an error.</summary>
internal sealed class ConfigSection(ConfigNode node, string path, ICollection<ConfigError> errors)
{
    private readonly OrderedDictionary<string, bool> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ConfigSection> _sections = [];

    public static ConfigSection Root(ConfigNode root, string key, ICollection<ConfigError> errors)
    {
        var section = new ConfigSection(root.Find(key), key, errors);
        section.RejectSingleValue();
        return section;
    }

    public string Key => node.Key;

    public string Path => path;

    /// <summary>The keys that are there, for sections whose keys are not fixed, in the order written.</summary>
    public IEnumerable<string> Keys => node.Children.Select(child => child.Key);

    public bool IsEmpty => node.Children.Count == 0;

    public bool Has(string key) => node.Find(key).IsPresent;

    /// <summary>A single value. <paramref name="parse"/> throws <see cref="FormatException"/> with a sentence for one it cannot take.</summary>
    public T Read<T>(string key, T fallback, Func<string, T> parse)
    {
        _known.TryAdd(key, true);
        var child = node.Find(key);
        if (child.Children.Count > 0)
            Fail(key, "must be a single value, not an object or a list.");
        else if (child.HasValue)
            return Parse(key, child.Value!.Trim(), fallback, parse);
        return fallback;
    }

    /// <summary>The values of a list that parse, each with its path; the others are errors.</summary>
    public ImmutableArray<(string Path, T Value)> ReadList<T>(string key, Func<string, T> parse)
    {
        var list = node.Find(key);
        if (list.HasValue && list.Children.Count == 0)
            Fail(key, "must be a list: [ \"...\", \"...\" ]");
        var items = new ConfigSection(list, $"{path}:{key}", errors);
        _known.TryAdd(key, true);
        var values = ImmutableArray.CreateBuilder<(string, T)>();
        foreach (var index in items.Keys.Order(ConfigurationKeyComparer.Instance))
        {
            if (!items.Has(index))
                items.Fail(index, "is empty: write a value, or remove it.");
            items.Read(index, false, text =>
            {
                values.Add(($"{items.Path}:{index}", parse(text)));
                return true;
            });
        }

        return values.ToImmutable();
    }

    public ConfigSection Section(string key)
    {
        _known.TryAdd(key, true);
        var child = new ConfigSection(node.Find(key), $"{path}:{key}", errors);
        child.RejectSingleValue();
        _sections.Add(child);
        return child;
    }

    public void Fail(string key, string message) => errors.Add(new ConfigError($"{path}:{key}", message));

    public void Fail(string message) => errors.Add(new ConfigError(path, message));

    /// <summary>For something found out later about a key that is elsewhere.</summary>
    public void FailAt(string fullPath, string message) => errors.Add(new ConfigError(fullPath, message));

    /// <summary>Last step: reports what is written here or below and was never asked for.</summary>
    public void RejectUnknownKeys()
    {
        foreach (var key in Keys.Where(key => !_known.ContainsKey(key)))
            Fail(key, Spelling.Explain(key, _known.Keys));
        foreach (var child in _sections)
            child.RejectUnknownKeys();
    }

    private T Parse<T>(string key, string text, T fallback, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException e)
        {
            Fail(key, e.Message);
            return fallback;
        }
    }

    private void RejectSingleValue()
    {
        if (IsEmpty && node.HasValue)
            Fail("must be an object { ... }, not a single value.");
    }
}
