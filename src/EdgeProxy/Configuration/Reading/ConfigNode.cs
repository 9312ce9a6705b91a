using System.Diagnostics.CodeAnalysis;

namespace EdgeProxy.Configuration.Reading;

/// <summary>A key of the configuration with what is written at it and below it, in the order written. Built once from the flat keys of all
/// sources, where ':' separates the parts. As in <see cref="IConfiguration"/>, case does not matter.</summary>
internal sealed class ConfigNode(string key)
{
    private OrderedDictionary<string, ConfigNode>? _children;

    /// <summary>The last part of the path, as first written.</summary>
    public string Key => key;

    public string? Value { get; private set; }

    public IReadOnlyList<ConfigNode> Children => _children is null ? [] : _children.Values;

    public bool HasValue => !string.IsNullOrWhiteSpace(Value);

    /// <summary>An empty value counts as absent.</summary>
    public bool IsPresent => HasValue || Children.Count > 0;

    public static ConfigNode Create(IEnumerable<KeyValuePair<string, string?>> values)
    {
        var root = new ConfigNode("");
        foreach (var (path, value) in values)
            root.Reach(path).Value = value;
        return root;
    }

    /// <returns>An empty node when there is none.</returns>
    public ConfigNode Find(string child) => TryFind(child, out var found) ? found : new ConfigNode(child);

    private ConfigNode Reach(string path)
    {
        var node = this;
        foreach (var part in path.Split(':'))
        {
            if (!node.TryFind(part, out var child))
                (node._children ??= new(StringComparer.OrdinalIgnoreCase)).Add(part, child = new ConfigNode(part));
            node = child;
        }

        return node;
    }

    private bool TryFind(string child, [NotNullWhen(true)] out ConfigNode? found)
    {
        found = null;
        return _children?.TryGetValue(child, out found) == true;
    }
}
