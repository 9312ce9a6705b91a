using System.Collections.Immutable;

namespace EdgeProxy.Configuration.Reading;

/// <summary>One section while it is read: remembers every key asked for and collects what is wrong with any of them.
/// An empty value counts as absent; a key that nobody asked for is an error.</summary>
internal sealed class ConfigSection(IConfigurationSection section, string path, ICollection<ConfigError> errors)
{
    private readonly List<string> _known = [];
    private readonly List<ConfigSection> _sections = [];

    public static ConfigSection Root(IConfiguration root, string key, ICollection<ConfigError> errors)
    {
        var section = new ConfigSection(root.GetSection(key), key, errors);
        section.RejectSingleValue();
        return section;
    }

    public string Key => section.Key;

    public string Path => path;

    /// <summary>The keys that are there, for sections whose keys are not fixed.</summary>
    public IEnumerable<string> Keys => section.GetChildren().Select(child => child.Key);

    public bool IsEmpty => !section.GetChildren().Any();

    public bool Has(string key) => IsPresent(section.GetSection(key));

    /// <summary>A single value. <paramref name="parse"/> throws <see cref="FormatException"/> with a sentence for one it cannot take.</summary>
    public T Read<T>(string key, T fallback, Func<string, T> parse)
    {
        _known.Add(key);
        var child = section.GetSection(key);
        if (child.GetChildren().Any())
            Fail(key, "must be a single value, not an object or a list.");
        else if (!string.IsNullOrWhiteSpace(child.Value))
            return Parse(key, child.Value.Trim(), fallback, parse);
        return fallback;
    }

    /// <summary>The values of a list that parse, each with its path; the others are errors.</summary>
    public ImmutableArray<(string Path, T Value)> ReadList<T>(string key, Func<string, T> parse)
    {
        var list = section.GetSection(key);
        if (!string.IsNullOrWhiteSpace(list.Value) && !list.GetChildren().Any())
            Fail(key, "must be a list: [ \"...\", \"...\" ]");
        var items = new ConfigSection(list, $"{path}:{key}", errors);
        _known.Add(key);
        var values = ImmutableArray.CreateBuilder<(string, T)>();
        foreach (var index in items.Keys)
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
        _known.Add(key);
        var child = new ConfigSection(section.GetSection(key), $"{path}:{key}", errors);
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
        foreach (var key in Keys.Where(key => !_known.Contains(key, StringComparer.OrdinalIgnoreCase)))
            Fail(key, Spelling.Explain(key, _known));
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
        if (IsEmpty && !string.IsNullOrWhiteSpace(section.Value))
            Fail("must be an object { ... }, not a single value.");
    }

    private static bool IsPresent(IConfigurationSection child) => !string.IsNullOrWhiteSpace(child.Value) || child.GetChildren().Any();
}
