using System.Collections.Frozen;

namespace EdgeProxy.Sites;

/// <summary>Finds what belongs to a host name: the exact name first, then a wildcard for its first label. Immutable.</summary>
internal sealed class HostTable<T>
    where T : class
{
    private const string Asterisk = "*";

    private readonly FrozenDictionary<string, T> _exact;

    /// <summary>By the name without its asterisk.</summary>
    private readonly FrozenDictionary<string, T>.AlternateLookup<ReadOnlySpan<char>> _wildcards;

    /// <param name="entries">Names in <see cref="Configuration.Model.HostName"/> form, each once; a wildcard begins with <c>*.</c>.</param>
    public HostTable(IReadOnlyCollection<KeyValuePair<string, T>> entries)
    {
        _exact = entries.Where(entry => !IsWildcard(entry.Key)).ToFrozenDictionary(StringComparer.Ordinal);
        _wildcards = entries.Where(entry => IsWildcard(entry.Key))
            .ToFrozenDictionary(entry => entry.Key[Asterisk.Length..], entry => entry.Value, StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <param name="host">In <see cref="Configuration.Model.HostName"/> form. A wildcard's own name finds that wildcard's value.</param>
    /// <returns>Null when no name matches.</returns>
    public T? Find(string host)
    {
        if (_exact.TryGetValue(host, out var value))
            return value;
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && _wildcards.TryGetValue(host.AsSpan(dot), out value) ? value : null;
    }

    private static bool IsWildcard(string name) => name.StartsWith("*.", StringComparison.Ordinal);
}
