using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace EdgeProxy.Configuration.Reading;

/// <summary>One section while it is read, through the keys declared for it. Collects what is wrong with any of them; an empty value counts
/// as absent, and a key that is not declared is an error.</summary>
internal sealed class ConfigSection
{
    private readonly ConfigNode _node;
    private readonly SectionKey _declared;
    private readonly string _baseDirectory;
    private readonly ICollection<ConfigError> _errors;

    private ConfigSection(ConfigNode node, SectionKey declared, string path, string baseDirectory, ICollection<ConfigError> errors)
    {
        (_node, _declared, Path, _baseDirectory, _errors) = (node, declared, path, baseDirectory, errors);
        if (IsEmpty && node.HasValue)
            Fail("must be an object { ... }, not a single value.");
        foreach (var child in node.Children.Where(child => declared.Find(child.Key) is null))
            Fail(child.Key, Spelling.Explain(child.Key, declared.Keys.Select(key => key.Name)));
    }

    public string Key => _node.Key;

    public string Path { get; }

    public bool IsEmpty => _node.Children.Count == 0;

    /// <summary>The section of that name at the top of <paramref name="tree"/>.</summary>
    /// <param name="tree">The whole configuration.</param>
    /// <param name="declared">The keys it may have.</param>
    /// <param name="baseDirectory">What relative paths are relative to.</param>
    /// <param name="errors">Gets what is wrong.</param>
    public static ConfigSection Open(ConfigNode tree, SectionKey declared, string baseDirectory, ICollection<ConfigError> errors) =>
        new(tree.Find(declared.Name), declared, declared.Name, baseDirectory, errors);

    public bool Has(ConfigKey key) => Find(key).IsPresent;

    public T Read<T>(ValueKey<T> key) => Read(Find(key), PathOf(key), key.Kind, key.Default);

    /// <returns>The full path; null where none is written and the key has no default.</returns>
    public string? ReadPath(ValueKey<string> key) =>
        Read(key) is { Length: > 0 } path ? System.IO.Path.GetFullPath(path, _baseDirectory) : null;

    /// <summary>The values of a list that parse, each with its path; the others are errors.</summary>
    public ImmutableArray<(string Path, T Value)> ReadList<T>(ListKey<T> key)
    {
        var list = Find(key);
        if (list.HasValue && list.Children.Count == 0)
            Fail(key, "must be a list: [ \"...\", \"...\" ]");
        var values = ImmutableArray.CreateBuilder<(string, T)>();
        foreach (var item in list.Children.OrderBy(item => item.Key, ConfigurationKeyComparer.Instance))
        {
            var path = $"{PathOf(key)}:{item.Key}";
            if (!item.IsPresent)
                FailAt(path, "is empty: write a value, or remove it.");
            else if (TryRead(item, path, key.Kind, out var value))
                values.Add((path, value));
        }

        return values.ToImmutable();
    }

    public ConfigSection Section(SectionKey key) => new(Find(key), key, PathOf(key), _baseDirectory, _errors);

    /// <summary>Every section that is written here, for a key that stands for any name.</summary>
    public IEnumerable<ConfigSection> Sections(SectionKey open) =>
        _node.Children.Select(child => new ConfigSection(child, Declared(open), $"{Path}:{child.Key}", _baseDirectory, _errors));

    /// <summary>Every value that is written here, or the default where it does not parse, for a key that stands for any name.</summary>
    public IEnumerable<(string Name, T Value)> ReadAll<T>(ValueKey<T> open) =>
        _node.Children.Select(child => (child.Key, Read(child, $"{Path}:{child.Key}", Declared(open).Kind, open.Default)));

    public string PathOf(ConfigKey key) => $"{Path}:{key.Name}";

    public void Fail(ConfigKey key, string message) => FailAt(PathOf(key), message);

    public void Fail(string message) => FailAt(Path, message);

    /// <summary>For a key whose name is not fixed.</summary>
    public void Fail(string name, string message) => FailAt($"{Path}:{name}", message);

    /// <summary>For something found out later about a key that is elsewhere.</summary>
    public void FailAt(string fullPath, string message) => _errors.Add(new ConfigError(fullPath, message));

    private T Read<T>(ConfigNode node, string path, ValueKind<T> kind, T fallback) =>
        TryRead(node, path, kind, out var value) ? value : fallback;

    private bool TryRead<T>(ConfigNode node, string path, ValueKind<T> kind, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (node.Children.Count > 0)
        {
            FailAt(path, "must be a single value, not an object or a list.");
            return false;
        }

        try
        {
            if (node.HasValue)
                value = kind.Parse(node.Value!.Trim());
            return node.HasValue;
        }
        catch (FormatException exception)
        {
            FailAt(path, exception.Message);
            return false;
        }
    }

    private ConfigNode Find(ConfigKey key) => _node.Find(Declared(key).Name);

    private T Declared<T>(T key)
        where T : ConfigKey =>
        _declared.Keys.Contains(key) ? key : throw new InvalidOperationException($"{key.Name} is not declared below {Path}.");
}
