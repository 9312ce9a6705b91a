using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace EdgeProxy.Tests;

/// <summary>Keeps the rooms of the host apart: who may use whom is read from the <c>using</c> lines.</summary>
public partial class RoomsTest
{
    private static readonly string[] Everything = ["Acme", "Storage", "Observability", "Configuration", "Certificates", "Http", "Proxy", "Commands", "Hosting"];

    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Storage"] = [],
        ["Observability"] = [],
        ["Configuration"] = ["Observability"],
        ["Certificates"] = ["Configuration", "Acme", "Storage", "Observability"],
        ["Http"] = ["Configuration", "Observability", "Acme"],
        ["Proxy"] = ["Configuration", "Observability"],
        ["Commands"] = Everything,
        ["Hosting"] = Everything,
        [""] = Everything,
    };

    private static readonly string[] Assemblies = ["EdgeProxy", "EdgeProxy.Acme"];

    private static readonly string[] EmptyNames = ["Manager", "Helper", "Utils", "Common", "Service", "Handler", "Info", "Data"];

    [Fact]
    public void EveryRoomUsesOnlyTheRoomsItMay() => Assert.Empty(Sources().SelectMany(source => Lines(source).Where(line => !IsAllowed(source, line.Text)).Select(line => line.Place)));

    [Fact]
    public void OnlyTheProxyKnowsYarp() => Assert.Empty(Sources()
        .Where(source => Room(source) is not "Proxy")
        .SelectMany(source => Lines(source).Where(line => YarpName().IsMatch(line.Text)).Select(line => line.Place)));

    [Fact]
    public void EveryFolderIsARoom() => Assert.Empty(Sources().Select(Room).Distinct().Except(MayUse.Keys));

    [Fact]
    public void NoTypeHasANameThatSaysNothing() => Assert.Empty(Assemblies
        .SelectMany(assembly => Assembly.Load(assembly).GetTypes())
        .Where(type => type.GetCustomAttribute<CompilerGeneratedAttribute>() is null && type.Namespace?.StartsWith("EdgeProxy", StringComparison.Ordinal) == true)
        .Where(type => EmptyNames.Any(ending => type.Name.Split('`')[0].EndsWith(ending, StringComparison.Ordinal)))
        .Select(type => type.FullName));

    [Theory]
    [InlineData("Http", "using EdgeProxy.Proxy;", false)]
    [InlineData("Http", "using EdgeProxy.Acme.Verbs;", true)]
    [InlineData("Http", "using Host = EdgeProxy.Hosting.EdgeHost;", false)]
    [InlineData("Storage", "using static EdgeProxy.Configuration.HostName;", false)]
    [InlineData("Storage", "using EdgeProxy.Storage;", true)]
    [InlineData("Attic", "using EdgeProxy.Storage;", false)]
    [InlineData("Configuration", "using System.Net;", true)]
    [InlineData("Commands", "using EdgeProxy.Hosting;", true)]
    public void TheTestReadsUsings(string room, string line, bool allowed) => Assert.Equal(allowed, IsAllowed(Path.Combine(SourceFolder(), room, "X.cs"), line));

    private static bool IsAllowed(string source, string line)
    {
        if (UsedRoom().Match(line) is not { Success: true } match)
            return true;
        var (used, own) = (match.Groups["room"].Value, Room(source));
        return used == own || MayUse.GetValueOrDefault(own, []).Contains(used);
    }

    private static IEnumerable<string> Sources() => Directory.EnumerateFiles(SourceFolder(), "*.cs", SearchOption.AllDirectories)
        .Where(file => Room(file) is not ("bin" or "obj"));

    private static IEnumerable<(string Place, string Text)> Lines(string source) =>
        File.ReadLines(source).Select((text, index) => ($"{source}({index + 1}): {text.Trim()}", text));

    /// <summary>The folder under src/EdgeProxy; empty for Program.cs.</summary>
    private static string Room(string source) => Path.GetRelativePath(SourceFolder(), source).Split(Path.DirectorySeparatorChar) is [var room, _, ..] ? room : "";

    private static string SourceFolder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "EdgeProxy.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"No EdgeProxy.sln above {AppContext.BaseDirectory}.");
        return Path.Combine(folder, "src", "EdgeProxy");
    }

    [GeneratedRegex(@"^\s*(global\s+)?using\s+(static\s+)?([\w.]+\s*=\s*)?(global::)?EdgeProxy\.(?<room>\w+)")]
    private static partial Regex UsedRoom();

    [GeneratedRegex(@"^(?!\s*//).*\bYarp\.")]
    private static partial Regex YarpName();
}
