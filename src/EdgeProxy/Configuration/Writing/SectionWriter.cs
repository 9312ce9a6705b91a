using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Writing;

/// <summary>One section while it is written, through the keys declared for it: the mirror of <see cref="ConfigSection"/>. What is the
/// default is left out, and so is a section without keys.</summary>
internal sealed class SectionWriter(SectionKey declared)
{
    private const int LineLength = 110;

    private readonly List<(string Name, string? Value, SectionWriter? Section)> _entries = [];

    public void Write<T>(ValueKey<T> key, T value)
    {
        if (!EqualityComparer<T>.Default.Equals(value, key.Default))
            Add(key, key.Name, key.Kind.Write(value));
    }

    public void Write<T>(ListKey<T> key, IEnumerable<T> values)
    {
        string[] items = [.. values.Select(key.Kind.Write)];
        if (items.Length > 0)
            Add(key, key.Name, $"[{string.Join(", ", items)}]");
    }

    public void Write(SectionKey key, Action<SectionWriter> write)
    {
        var section = new SectionWriter(key);
        write(section);
        if (section._entries.Count > 0)
            Add(key, key.Name, section: section);
    }

    /// <summary>For a key that stands for any name.</summary>
    public void WriteAs<T>(string name, ValueKey<T> open, T value) => Add(open, name, open.Kind.Write(value));

    /// <summary>For a key that stands for any name.</summary>
    public void WriteAs(string name, SectionKey open, Action<SectionWriter> write)
    {
        var section = new SectionWriter(open);
        write(section);
        Add(open, name, section: section);
    }

    /// <summary>The section as JSON: on one line if it fits there and has no section below it.</summary>
    public override string ToString() => ToString("", 0);

    private string ToString(string indent, int before)
    {
        if (_entries.All(entry => entry.Section is null) && InOneLine() is var line && before + line.Length <= LineLength)
            return line;
        var deeper = indent + "  ";
        var lines = _entries.Select(entry =>
        {
            var name = $"{deeper}{JsonText.Quote(entry.Name)}: ";
            return name + (entry.Section?.ToString(deeper, name.Length) ?? entry.Value);
        });
        return $"{{\n{string.Join(",\n", lines)}\n{indent}}}";
    }

    private string InOneLine() =>
        _entries.Count == 0 ? "{}" : $"{{ {string.Join(", ", _entries.Select(entry => $"{JsonText.Quote(entry.Name)}: {entry.Value}"))} }}";

    private void Add(ConfigKey key, string name, string? value = null, SectionWriter? section = null)
    {
        if (!declared.Keys.Contains(key))
            throw new InvalidOperationException($"{key.Name} is not declared below {declared.Name}.");
        _entries.Add((name, value, section));
    }
}
