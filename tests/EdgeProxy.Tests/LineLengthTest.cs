namespace EdgeProxy.Tests;

/// <summary>Keeps the lines of every source file as short as <c>.editorconfig</c> says, so that two files fit beside each other.</summary>
public class LineLengthTest
{
    private static readonly int Limit = ReadLimit();

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    public void NoLineIsTooLong(string folder)
    {
        var tooLong = TooLong(Path.Combine(HostSources.Repository, folder)).ToList();

        Assert.True(tooLong.Count == 0, string.Join('\n', tooLong));
    }

    [Fact]
    public void ALineThatIsTooLongIsFound()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder.File("inner"));
        folder.Write("inner/Long.cs", $"{new string('a', Limit)}\n{new string('b', Limit + 1)}\n");

        Assert.EndsWith("inner/Long.cs(2): 141 columns", Assert.Single(TooLong(folder.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public void TheLimitIs140Columns() => Assert.Equal(140, Limit);

    private static IEnumerable<string> TooLong(string folder) =>
        from file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        where !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj")
        from line in File.ReadLines(file).Index()
        where line.Item.Length > Limit
        select $"{Path.GetRelativePath(HostSources.Repository, file)}({line.Index + 1}): {line.Item.Length} columns";

    private static int ReadLimit()
    {
        const string Key = "max_line_length = ";
        var line = File.ReadLines(Path.Combine(HostSources.Repository, ".editorconfig"))
            .Single(line => line.StartsWith(Key, StringComparison.Ordinal));
        return int.Parse(line.AsSpan(Key.Length), null);
    }
}
