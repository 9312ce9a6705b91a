using System.Text.RegularExpressions;
using EdgeProxy.Observability;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EdgeProxy.Tests.Observability;

/// <summary>Whatever EdgeProxy logs is an event of the one table.</summary>
public sealed partial class EdgeEventTests
{
    /// <summary>Every log call and every declaration of one: where, and the event that it names, if it names one.</summary>
    private static readonly Lazy<IReadOnlyList<(string File, string Text, string? Event)>> Calls = new(() =>
        [.. HostSources.Compilation.SyntaxTrees.SelectMany(tree => CallsIn((CSharpSyntaxTree)tree))]);

    [Fact]
    public void NumbersAreUnique() => Assert.Equal(Enum.GetNames<EdgeEvent>().Length, Enum.GetValues<EdgeEvent>().Distinct().Count());

    [Fact]
    public void EveryLogCallNamesAnEvent()
    {
        Assert.NotEmpty(Calls.Value);
        Assert.Empty(Calls.Value.Where(call => call.Event is null).Select(call => $"{call.File}: {call.Text}"));
    }

    [Fact]
    public void EveryEventIsLoggedInOnePlace() =>
        Assert.Equal(Enum.GetNames<EdgeEvent>().Order(), Calls.Value.Select(call => call.Event).Order());

    [Fact]
    public void ARoomHasItsHundred() => Assert.All(
        Calls.Value.GroupBy(call => (int)Enum.Parse<EdgeEvent>(call.Event!) / 100),
        hundred => Assert.Single(hundred.Select(call => HostSources.Room(call.File)).Distinct()));

    [Fact]
    public void ALoggerGetsNumberAndName() =>
        Assert.Equal((600, "LinesDropped"), (EdgeEvent.LinesDropped.Id().Id, EdgeEvent.LinesDropped.Id().Name));

    [Theory]
    [InlineData("""_logger.LogError(EdgeEvent.LinesDropped.Id(), exception, "text");""", "LinesDropped")]
    [InlineData("""_logger.LogError(exception, "text");""", null)]
    [InlineData("""_logger.LogError(7, "text about EdgeEvent.LinesDropped");""", null)]
    public void TheRuleIsApplied(string statement, string? expected)
    {
        var call = SyntaxFactory.ParseStatement(statement).DescendantNodes().OfType<InvocationExpressionSyntax>().First();

        Assert.Equal(expected, EventOf(call.ArgumentList.Arguments[0]));
    }

    private static IEnumerable<(string File, string Text, string? Event)> CallsIn(CSharpSyntaxTree tree)
    {
        var model = HostSources.Compilation.GetSemanticModel(tree);
        foreach (var node in tree.GetRoot().DescendantNodes())
        {
            if (node is InvocationExpressionSyntax call
                && model.GetSymbolInfo(call).Symbol is { Name: not "BeginScope" } method
                && method.ContainingType.Name == "LoggerExtensions")
            {
                yield return (tree.FilePath, call.ToString(), EventOf(call.ArgumentList.Arguments[0]));
            }

            if (node is AttributeSyntax { Name: IdentifierNameSyntax { Identifier.Text: "LoggerMessage" } } declaration)
                yield return (tree.FilePath, declaration.ToString(), EventOf(declaration));
        }
    }

    private static string? EventOf(ArgumentSyntax first) =>
        Call().Match(first.ToString()) is { Success: true } match ? match.Groups[1].Value : null;

    // The number and the name must be those of the same event.
    private static string? EventOf(AttributeSyntax declaration) =>
        Declaration().Match(declaration.ToString()) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"^EdgeEvent\.(\w+)\.Id\(\)$")]
    private static partial Regex Call();

    [GeneratedRegex(@"EventId = \(int\)EdgeEvent\.(\w+),\s+EventName = nameof\(EdgeEvent\.\1\)")]
    private static partial Regex Declaration();
}
