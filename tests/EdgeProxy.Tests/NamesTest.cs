using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace EdgeProxy.Tests;

/// <summary>Keeps the suffixes of type names to those in CONTRIBUTING.md, where each has one meaning. A name that ends in what somebody
/// does (-er, -or) has a suffix; one that ends in what something is has none.</summary>
public partial class NamesTest
{
    /// <summary>What something is, although it ends like what somebody does.</summary>
    private static readonly string[] Things = ["Anchor", "Answer", "Error", "Folder", "Header", "Listener", "Order"];

    private static readonly string[] Listed = [.. Suffix().Matches(Table()).Select(match => match.Groups["word"].Value)];

    private static readonly string[] LastWords = [.. Assembly.Load("EdgeProxy").GetTypes()
        .Where(type => !type.IsNested && type.GetCustomAttribute<CompilerGeneratedAttribute>() is null)
        .Where(type => type.Namespace?.StartsWith("EdgeProxy", StringComparison.Ordinal) == true)
        .Select(type => LastWord().Match(type.Name.Split('`')[0]).Value)
        .Distinct()];

    [Fact]
    public void EverySuffixIsListed() => Assert.Empty(LastWords.Where(IsOfWhatSomebodyDoes).Except(Listed));

    [Fact]
    public void EverySuffixThatIsListedIsUsed() => Assert.Empty(Listed.Except(LastWords));

    private static bool IsOfWhatSomebodyDoes(string word) =>
        (word.EndsWith("er", StringComparison.Ordinal) || word.EndsWith("or", StringComparison.Ordinal)) && !Things.Contains(word);

    private static string Table()
    {
        var text = File.ReadAllText(Path.Combine(HostSources.Folder, "..", "..", "CONTRIBUTING.md"));
        return string.Join('\n', SuffixRow().Matches(text).Select(match => match.Groups["suffixes"].Value));
    }

    [GeneratedRegex(@"^  \| (?<suffixes>`[^|]+`) \|", RegexOptions.Multiline)]
    private static partial Regex SuffixRow();

    [GeneratedRegex("`(?<word>[A-Za-z]+)`")]
    private static partial Regex Suffix();

    [GeneratedRegex("[A-Z][^A-Z]*$")]
    private static partial Regex LastWord();
}
