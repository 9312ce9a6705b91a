namespace EdgeProxy.Configuration.Reading;

/// <summary>Finds the known word that is closest to an unknown one.</summary>
internal static class Spelling
{
    public static string Explain(string word, IEnumerable<string> known) => Closest(word, known) is { } meant
        ? $"is not a known key. Did you mean \"{meant}\"?"
        : $"is not a known key. Known here: {string.Join(", ", known.Distinct(StringComparer.OrdinalIgnoreCase))}.";

    /// <summary>The known word that differs in a third of its letters, rounded up, at most; null when there is none.</summary>
    public static string? Closest(string word, IEnumerable<string> known) => known
        .Select(candidate => (candidate, Distance: Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant())))
        .Where(pair => pair.Distance <= (pair.candidate.Length + 2) / 3)
        .OrderBy(pair => pair.Distance)
        .Select(pair => pair.candidate)
        .FirstOrDefault();

    /// <summary>Letters to insert, remove or replace to get from one word to the other (Levenshtein).</summary>
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replace = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replace, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[to.Length];
    }
}
