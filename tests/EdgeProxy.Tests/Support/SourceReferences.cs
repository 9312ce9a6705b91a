using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EdgeProxy.Tests;

/// <summary>One mention of a type, or of a member of it, in a source file.</summary>
/// <param name="File">Full path of the file that mentions it.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Namespace">The namespace of the outermost type that is mentioned.</param>
/// <param name="Type">Its name.</param>
/// <param name="DeclaredIn">Full path of the file that declares it; null for a type of another assembly.</param>
internal sealed record SourceReference(string File, int Line, string Namespace, string Type, string? DeclaredIn);

/// <summary>What the files of one project refer to, as the compiler sees it: a type counts however it is written, also where only a member
/// of it is used and its name never appears.</summary>
internal static class SourceReferences
{
    public static IReadOnlyList<SourceReference> Read(CSharpCompilation compilation) =>
        [.. compilation.SyntaxTrees.Where(tree => tree.FilePath.Length > 0).SelectMany(tree => Read(compilation, tree)).Distinct()];

    private static IEnumerable<SourceReference> Read(CSharpCompilation compilation, SyntaxTree tree)
    {
        var model = compilation.GetSemanticModel(tree);
        foreach (var name in tree.GetRoot().DescendantNodes(descendIntoTrivia: true).OfType<SimpleNameSyntax>())
        {
            if (OutermostType(model.GetSymbolInfo(name).Symbol) is { } type)
            {
                var line = name.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
                yield return new SourceReference(
                    tree.FilePath, line, type.ContainingNamespace.ToDisplayString(), type.Name, DeclarationOf(type));
            }
        }
    }

    private static INamedTypeSymbol? OutermostType(ISymbol? symbol)
    {
        var type = symbol as INamedTypeSymbol
            ?? (symbol is IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol ? symbol.ContainingType : null);
        while (type?.ContainingType is { } outer)
            type = outer;
        return type?.ContainingNamespace is null ? null : type;
    }

    private static string? DeclarationOf(INamedTypeSymbol type) => type.DeclaringSyntaxReferences.FirstOrDefault()?.SyntaxTree.FilePath;
}
