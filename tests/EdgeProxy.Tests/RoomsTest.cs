using System.Reflection;
using System.Runtime.CompilerServices;

namespace EdgeProxy.Tests;

/// <summary>
/// Keeps the rooms of the host apart, and the folders within a room: who uses whom is what the compiler finds in the sources.
/// </summary>
public class RoomsTest
{
    private static readonly string[] AllButCommands =
        ["Acme", "Storage", "Observability", "Configuration", "Sites", "Certificates", "Http", "Proxy", "Admin", "Hosting"];

    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Storage"] = ["Observability"],
        ["Observability"] = [],
        ["Configuration"] = [],
        ["Sites"] = ["Configuration"],
        ["Certificates"] = ["Sites", "Configuration", "Acme", "Storage", "Observability"],
        ["Http"] = ["Sites", "Configuration", "Observability", "Acme"],
        ["Proxy"] = ["Sites", "Configuration", "Observability"],
        ["Admin"] = ["Sites", "Configuration", "Certificates", "Observability"],
        ["Hosting"] = AllButCommands,
        ["Commands"] = AllButCommands,
        [""] = [.. AllButCommands, "Commands"],
    };

    /// <summary>The folders of a room from the bottom up: each may use those before it. The room's own files come last.</summary>
    private static readonly Dictionary<string, string[]> InnerOrder = new()
    {
        ["Configuration"] = ["Model", "Reading", "Keys", "Writing", "Parsing", "Source"],
        ["Certificates"] = ["Tls", "Stored", "Issuing", "Renewal"],
        ["Proxy"] = ["Messages", "WebSockets", "Demo", "Upstreams", "Section"],
        ["Hosting"] = ["Listening", "Pipeline", "Reload"],
    };

    /// <summary>Http answers challenges and needs to know nothing else of ACME.</summary>
    private static readonly string[] AcmeTypesOfHttp = ["Http01", "IChallengeSolver", "AcmeChallengeContext", "KeyAuthorization"];

    private static readonly string[] EmptyNames = ["Manager", "Helper", "Utils", "Common", "Service", "Handler", "Info", "Data"];

    private static readonly string[] Assemblies = ["EdgeProxy", "EdgeProxy.Acme"];

    private static readonly Lazy<IReadOnlyList<SourceReference>> References = new(() => SourceReferences.Read(HostSources.Compilation));

    [Fact]
    public void EveryRoomUsesOnlyTheRoomsItMay() => AssertNone(reference => !IsAllowed(reference));

    [Fact]
    public void EveryFolderOfARoomUsesOnlyThoseBelowIt() => AssertNone(PointsUpwards);

    [Fact]
    public void OnlyTheProxyKnowsYarp() => AssertNone(
        reference => reference.Namespace.StartsWith("Yarp.", StringComparison.Ordinal) && HostSources.Room(reference.File) != "Proxy");

    [Theory]
    [InlineData("Messages")]
    [InlineData("Upstreams")]
    public void NotAllOfTheProxyKnowsYarp(string inner) => AssertNone(
        reference => reference.Namespace.StartsWith("Yarp.", StringComparison.Ordinal)
            && reference.File.StartsWith(Path.Combine(HostSources.Folder, "Proxy", inner), StringComparison.Ordinal));

    [Fact]
    public void EveryFolderIsARoom() =>
        AssertNone(reference => !MayUse.ContainsKey(HostSources.Room(reference.File)) || Depth(reference.File) < 0);

    [Fact]
    public void WhatIsFoundIsNotNothing()
    {
        Assert.Contains(References.Value, reference => HostSources.Room(reference.File) == "Hosting" && UsedRoom(reference) == "Proxy");
        Assert.Contains(References.Value, reference => HostSources.Room(reference.File) == "Http" && UsedRoom(reference) == "Acme");
        Assert.Contains(References.Value, reference => reference.Namespace.StartsWith("Yarp.", StringComparison.Ordinal));
        Assert.Contains(
            References.Value,
            reference => Depth(reference.File) > 0 && HostSources.Room(reference.DeclaredIn ?? "/") == HostSources.Room(reference.File));
    }

    [Theory]
    [InlineData("Http/A.cs", "Proxy/B.cs", false)]
    [InlineData("Http/A.cs", "Sites/B.cs", true)]
    [InlineData("Storage/A.cs", "Storage/B.cs", true)]
    [InlineData("Hosting/A.cs", "Commands/B.cs", false)]
    [InlineData("Commands/A.cs", "Hosting/Listening/B.cs", true)]
    [InlineData("Attic/A.cs", "Storage/B.cs", false)]
    [InlineData("Certificates/Tls/A.cs", "Certificates/Stored/B.cs", false)]
    [InlineData("Certificates/Renewal/A.cs", "Certificates/Tls/B.cs", true)]
    [InlineData("Proxy/Messages/A.cs", "Proxy/B.cs", false)]
    [InlineData("Proxy/A.cs", "Proxy/Section/B.cs", true)]
    public void TheRulesAreApplied(string file, string declaredIn, bool allowed)
    {
        var reference = new SourceReference(
            Path.Combine(HostSources.Folder, file), 1, "EdgeProxy", "B", Path.Combine(HostSources.Folder, declaredIn));
        Assert.Equal(allowed, IsAllowed(reference) && !PointsUpwards(reference));
    }

    [Fact]
    public void NoTypeHasANameThatSaysNothing() => Assert.Empty(Assemblies
        .SelectMany(assembly => Assembly.Load(assembly).GetTypes())
        .Where(type => type.GetCustomAttribute<CompilerGeneratedAttribute>() is null)
        .Where(type => type.Namespace?.StartsWith("EdgeProxy", StringComparison.Ordinal) == true)
        .Where(type => EmptyNames.Any(ending => type.Name.Split('`')[0].EndsWith(ending, StringComparison.Ordinal)))
        .Select(type => type.FullName));

    private static void AssertNone(Func<SourceReference, bool> isWrong)
    {
        var wrong = References.Value.Where(isWrong).Select(Describe).ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static bool IsAllowed(SourceReference reference)
    {
        var (own, used) = (HostSources.Room(reference.File), UsedRoom(reference));
        if (used is null || used == own)
            return true;
        return MayUse.GetValueOrDefault(own, []).Contains(used)
            && (used != "Acme" || own != "Http" || AcmeTypesOfHttp.Contains(reference.Type));
    }

    private static bool PointsUpwards(SourceReference reference) =>
        reference.DeclaredIn is { } declared
            && HostSources.Room(declared) == HostSources.Room(reference.File)
            && Depth(declared) > Depth(reference.File);

    /// <summary>The room of a type of ours; null for any other.</summary>
    private static string? UsedRoom(SourceReference reference) =>
        reference.DeclaredIn is { } declared ? HostSources.Room(declared) : reference.Namespace == "EdgeProxy.Acme" ? "Acme" : null;

    /// <summary>Where in <see cref="InnerOrder"/> a file's folder stands; -1 for a folder that is not there.</summary>
    private static int Depth(string file)
    {
        var order = InnerOrder.GetValueOrDefault(HostSources.Room(file), []);
        return HostSources.Parts(file) is [_, var folder, _, ..] ? Array.IndexOf(order, folder) : order.Length;
    }

    private static string Describe(SourceReference reference) =>
        $"{Path.GetRelativePath(HostSources.Folder, reference.File)}({reference.Line}): {reference.Namespace}.{reference.Type}";
}
