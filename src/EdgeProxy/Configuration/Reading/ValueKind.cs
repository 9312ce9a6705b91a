using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Configuration.Reading;

/// <summary>A form that values are written in.</summary>
/// <param name="Name">In one or two words.</param>
internal abstract record ValueKind(string Name)
{
    /// <summary>The words to choose from; empty where there is no such choice.</summary>
    public ValueList<string> Words { get; init; } = [];

    /// <summary>What a number counts; empty where it is no quantity.</summary>
    public string Unit { get; init; } = "";

    public static ValueKind<T> InQuotes<T>(string name, Func<string, T> parse)
        where T : notnull => new(name, parse, value => JsonText.Quote(value.ToString()!));

    public static ValueKind<T> Bare<T>(string name, Func<string, T> parse)
        where T : notnull => new(name, parse, value => FormattableString.Invariant($"{value}"));

    public static ValueKind<T> Choice<T>(params (string Word, T Value)[] words)
        where T : notnull
    {
        string Word(T value) => words.First(word => word.Value.Equals(value)).Word;
        return new("choice", text => ValueParser.Choice(text, [.. words]), value => JsonText.Quote(Word(value)))
        {
            Words = [.. words.Select(word => word.Word)],
        };
    }
}

/// <param name="Name">In one or two words.</param>
/// <param name="Parse">Throws <see cref="FormatException"/> with a sentence for the person who wrote the text.</param>
/// <param name="Write">The value as JSON that <paramref name="Parse"/> takes.</param>
internal sealed record ValueKind<T>(string Name, Func<string, T> Parse, Func<T, string> Write) : ValueKind(Name);

/// <summary>The same kinds for keys whose default is null: that nothing is written.</summary>
internal static class OptionalKind
{
    public static ValueKind<T?> Nullable<T>(this ValueKind<T> kind)
        where T : struct =>
        new(kind.Name, text => kind.Parse(text), value => value is { } some ? kind.Write(some) : "null")
        {
            Words = kind.Words,
            Unit = kind.Unit,
        };

    public static ValueKind<T?> OrNull<T>(this ValueKind<T> kind)
        where T : class =>
        new(kind.Name, text => kind.Parse(text), value => value is null ? "null" : kind.Write(value)) { Words = kind.Words };
}
