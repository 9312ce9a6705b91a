using System.Collections.Immutable;

namespace EdgeProxy.Configuration.Reading;

/// <summary>One key as it is declared: the only place that knows its name, what may be written there, and what it means.</summary>
internal abstract class ConfigKey(string name, string meaning)
{
    /// <summary>As users write it; in angle brackets where it stands for any name, such as a host's.</summary>
    public string Name => name;

    /// <summary>One sentence for users, without the full stop.</summary>
    public string Meaning => meaning;

    public bool IsOpen => name[0] == '<';

    /// <summary>The form of the value, or of each in a list; null for a section.</summary>
    public abstract ValueKind? Kind { get; }

    /// <summary>What holds where nothing is written, in words where that is no fixed value; empty for a section.</summary>
    public abstract string DefaultText { get; }
}

/// <summary>A key with a single value.</summary>
internal sealed class ValueKey<T>(string name, ValueKind<T> kind, T fallback, string meaning, string? defaultText = null)
    : ConfigKey(name, meaning)
{
    public override ValueKind<T> Kind => kind;

    /// <summary>What reading gives where nothing is written.</summary>
    public T Default => fallback;

    public override string DefaultText => defaultText ?? kind.Write(fallback).Trim('"');
}

/// <summary>A key with a list of values; none unless written.</summary>
internal sealed class ListKey<T>(string name, ValueKind<T> item, string meaning) : ConfigKey(name, meaning)
{
    public override ValueKind<T> Kind => item;

    public override string DefaultText => "none";
}

/// <summary>A key with further keys below it.</summary>
internal sealed class SectionKey(string name, string meaning, params ImmutableArray<ConfigKey> keys) : ConfigKey(name, meaning)
{
    public ImmutableArray<ConfigKey> Keys => keys;

    public override ValueKind? Kind => null;

    public override string DefaultText => "";

    /// <summary>The key that is declared for a path such as <c>Admin:Port</c> below this one; null when there is none.</summary>
    public ConfigKey? Find(string path)
    {
        var colon = path.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? path : path[..colon];
        var found = keys.FirstOrDefault(key => key.IsOpen || key.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return colon < 0 ? found : (found as SectionKey)?.Find(path[(colon + 1)..]);
    }
}
