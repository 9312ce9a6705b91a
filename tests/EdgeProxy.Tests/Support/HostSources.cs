using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace EdgeProxy.Tests;

/// <summary>The sources of src/EdgeProxy as the compiler sees them, without what it generates.</summary>
internal static class HostSources
{
    // The namespaces that the project file imports for every source file.
    private static readonly string[] GlobalUsings =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Net.Http.Json", "System.Threading",
        "System.Threading.Tasks", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http",
        "Microsoft.AspNetCore.Routing", "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection",
        "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
    ];

    private static readonly Lazy<CSharpCompilation> Compiled = new(Compile);

    public static CSharpCompilation Compilation => Compiled.Value;

    /// <summary>The folder of the solution.</summary>
    public static string Repository { get; } = FindRepository();

    public static string Folder { get; } = Path.Combine(Repository, "src", "EdgeProxy");

    /// <summary>A file's path within the project, folder by folder.</summary>
    public static string[] Parts(string file) => Path.GetRelativePath(Folder, file).Split(Path.DirectorySeparatorChar);

    /// <summary>The folder under src/EdgeProxy; empty for Program.cs.</summary>
    public static string Room(string file) => Parts(file) is [var room, _, ..] ? room : "";

    private static CSharpCompilation Compile()
    {
        var imports = CSharpSyntaxTree.ParseText(string.Concat(GlobalUsings.Select(name => $"global using {name};\n")));
        return CSharpCompilation.Create("read", [imports, .. Files().Select(Parse)], PlatformReferences());
    }

    private static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories).Where(file => Room(file) is not ("bin" or "obj"));

    private static SyntaxTree Parse(string file) => CSharpSyntaxTree.ParseText(File.ReadAllText(file), path: file);

    private static IEnumerable<MetadataReference> PlatformReferences() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => Path.GetFileName(file) is not "EdgeProxy.dll")
            .Select(file => MetadataReference.CreateFromFile(file));

    private static string FindRepository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "EdgeProxy.sln")))
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException($"No EdgeProxy.sln above {AppContext.BaseDirectory}.");
        return folder;
    }
}
