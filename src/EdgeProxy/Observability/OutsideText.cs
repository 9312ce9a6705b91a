using System.Buffers;
using System.Globalization;
using System.Text;

namespace EdgeProxy.Observability;

/// <summary>Text that somebody else has written, in a form that can neither break a log line nor make it long.</summary>
internal static class OutsideText
{
    private const int MaxFieldLength = 1024;
    private const int MaxSentenceLength = 200;

    // Visible ASCII but for what ends a quoted text or starts an escape.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code).Where(character => character is not ('"' or '\\'))]);

    /// <summary>As a field among others: what is not plain is escaped, so that nothing of it is lost; <c>-</c> when empty.</summary>
    public static string Field(string text)
    {
        if (text.Length <= MaxFieldLength && !text.AsSpan().ContainsAnyExcept(Plain))
            return text.Length == 0 ? "-" : text;

        var line = new StringBuilder();
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, MaxFieldLength)))
        {
            if (Plain.Contains(character))
                line.Append(character);
            else
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
        }

        return text.Length <= MaxFieldLength ? line.ToString() : line.Append("...").ToString();
    }

    /// <summary>As a part of a sentence: what a terminal would act on is a question mark.</summary>
    public static string Sentence(string text) => string.Create(Math.Min(text.Length, MaxSentenceLength), text, static (target, source) =>
    {
        for (var index = 0; index < target.Length; index++)
            target[index] = IsVisible(source[index]) ? source[index] : '?';
    });

    private static bool IsVisible(char character) => char.GetUnicodeCategory(character) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
