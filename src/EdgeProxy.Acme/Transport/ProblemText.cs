using System.Text;

namespace EdgeProxy.Acme;

/// <summary>A problem document as one line for people. What a CA sends is bounded and stripped of control characters on the way.</summary>
internal static class ProblemText
{
    private const int LongestText = 2000;

    public static string Describe(AcmeProblem problem)
    {
        var text = new StringBuilder();
        if (problem.Identifier is { } identifier)
            text.Append(identifier.Value).Append(": ");
        text.Append(problem.Detail ?? problem.Title ?? "no reason given").Append(" (").Append(ShortType(problem)).Append(')');
        foreach (var part in problem.Subproblems)
            text.Append("; ").Append(Describe(part));
        // RFC 8555 §7.3.3: "The "instance" field [...] a URL that the client should direct a human user to visit".
        if (problem.Type == AcmeErrorType.UserActionRequired && problem.Instance is { } page)
            text.Append("; visit ").Append(page);
        return Clean(text.ToString());
    }

    /// <summary>One line of printable text, of at most 2000 characters.</summary>
    public static string Clean(string text)
    {
        var line = string.Concat(text.Take(LongestText).Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length > LongestText ? line + "..." : line;
    }

    private static string ShortType(AcmeProblem problem) =>
        problem.Type.StartsWith(AcmeErrorType.Prefix, StringComparison.Ordinal)
            ? problem.Type[AcmeErrorType.Prefix.Length..]
            : problem.Type;
}
