using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace EdgeProxy.Configuration.Model;

/// <summary>An immutable list that is equal to another one with equal items in the same order, so that records which
/// hold it compare by value.</summary>
[CollectionBuilder(typeof(ValueList), nameof(ValueList.Create))]
internal sealed class ValueList<T>(ImmutableArray<T> items) : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    public int Count => items.Length;

    public ReadOnlyMemory<T> Memory => items.AsMemory();

    public T this[int index] => items[index];

    /// <summary>A struct, so that a loop over the list allocates nothing.</summary>
    public ImmutableArray<T>.Enumerator GetEnumerator() => items.GetEnumerator();

    public bool Equals(ValueList<T>? other) => other is not null && Memory.Span.SequenceEqual(other.Memory.Span, null);

    public override bool Equals(object? obj) => Equals(obj as ValueList<T>);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var item in items)
            hash.Add(item);
        return hash.ToHashCode();
    }

    public override string ToString() => $"[{string.Join(", ", items)}]";

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable)items).GetEnumerator();
}

/// <summary>Lets collection expressions make a <see cref="ValueList{T}"/>.</summary>
internal static class ValueList
{
    public static ValueList<T> Create<T>(ReadOnlySpan<T> items) => new([.. items]);
}
