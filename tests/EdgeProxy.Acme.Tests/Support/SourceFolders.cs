using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Text.RegularExpressions;

namespace EdgeProxy.Acme.Tests;

/// <summary>
/// The folder under <c>src/EdgeProxy.Acme</c> that a type's source is in, read from the debug symbols beside the assembly.
/// </summary>
internal sealed partial class SourceFolders : IDisposable
{
    /// <summary>Documents with declarations but no executable line (Portable PDB, "Type Definition Documents").</summary>
    private static readonly Guid TypeDefinitionDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    private readonly MetadataReaderProvider _provider;
    private readonly MetadataReader _symbols;

    public SourceFolders(Assembly assembly)
    {
        _provider = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(assembly.Location, ".pdb")));
        _symbols = _provider.GetMetadataReader();
    }

    public void Dispose() => _provider.Dispose();

    /// <summary>One folder, if all is well; none for a type that a source generator made.</summary>
    public IReadOnlyList<string> Of(Type type) =>
    [
        .. from path in Documents(type)
           let match = SourceFile().Match(path)
           where match.Success
           group match by match.Groups["folder"].Value into folder
           select folder.Key,
    ];

    private IEnumerable<string> Documents(Type type) =>
        OfLines(type).Concat(OfDeclaration(type)).Where(document => !document.IsNil).Distinct()
            .Select(document => _symbols.GetString(_symbols.GetDocument(document).Name));

    private IEnumerable<DocumentHandle> OfLines(Type type) => type.GetMembers(TypeReferences.Declared).OfType<MethodBase>()
        .Select(method => ((MethodDefinitionHandle)MetadataTokens.Handle(method.MetadataToken)).ToDebugInformationHandle())
        .Select(method => _symbols.GetMethodDebugInformation(method).Document);

    private IEnumerable<DocumentHandle> OfDeclaration(Type type)
    {
        foreach (var handle in _symbols.GetCustomDebugInformation(MetadataTokens.EntityHandle(type.MetadataToken)))
        {
            var information = _symbols.GetCustomDebugInformation(handle);
            if (_symbols.GetGuid(information.Kind) != TypeDefinitionDocuments)
                continue;
            var rows = _symbols.GetBlobReader(information.Value);
            while (rows.RemainingBytes > 0)
                yield return MetadataTokens.DocumentHandle(rows.ReadCompressedInteger());
        }
    }

    [GeneratedRegex(@"[/\\]EdgeProxy\.Acme[/\\](?<folder>[^/\\]+)[/\\][^/\\]+\.cs$")]
    private static partial Regex SourceFile();
}
