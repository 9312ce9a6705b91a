using EdgeProxy.Storage;

namespace EdgeProxy.Tests.Storage;

public sealed class AtomicFileTests
{
    private static DateTimeOffset Later => TimeProvider.System.GetUtcNow().AddHours(1);

    [Theory]
    [InlineData(true, UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData(false, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead)]
    public void SecretsAreForTheOwnerOnly(bool secret, UnixFileMode mode)
    {
        using var folder = new TestFolder();
        var path = folder.File("sub/file");

        AtomicFile.Write(path, "content"u8, secret);

        Assert.Equal(mode, File.GetUnixFileMode(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.File("sub")));
        Assert.Equal("content", File.ReadAllText(path));
    }

    [Fact]
    public void AReplacedFileHasAllOfTheNewContentAndMode()
    {
        using var folder = new TestFolder();
        var path = folder.Write("file", "much longer than what comes");

        AtomicFile.Write(path, "short"u8, secret: true);

        Assert.Equal("short", File.ReadAllText(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task AReaderSeesOldOrNewButNeverAPart()
    {
        using var folder = new TestFolder();
        var path = folder.File("file");
        byte[][] contents = [new byte[50_000], [.. Enumerable.Repeat((byte)1, 90_000)]];
        AtomicFile.Write(path, contents[0]);

        var writing = Task.Run(() =>
        {
            for (var round = 0; round < 200; round++)
                AtomicFile.Write(path, contents[round % 2]);
        }, TestContext.Current.CancellationToken);
        while (!writing.IsCompleted)
        {
            var seen = File.ReadAllBytes(path);
            Assert.Contains(contents, content => content.AsSpan().SequenceEqual(seen));
        }

        await writing;
    }

    [Fact]
    public void AFailedWriteLeavesTheOldContentAndNothingElse()
    {
        using var disk = SmallDisk.Mount();
        var path = disk.File("file");
        AtomicFile.Write(path, "old"u8);
        disk.Fill();

        Assert.Throws<IOException>(() => AtomicFile.Write(path, new byte[200_000]));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.DoesNotContain(Directory.GetFiles(disk.Path), file => file.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void LeftoversOfWritesThatNeverFinishedAreRemoved()
    {
        using var folder = new TestFolder();
        AtomicFile.Write(folder.File("sub/privkey.pem"), "key"u8, secret: true);
        string[] leftovers =
        [
            $".account.json.{Guid.NewGuid():N}.tmp", $"sub/.privkey.pem.{Guid.NewGuid():N}.tmp", $"sub/name/.x.{Guid.NewGuid():N}.tmp",
        ];
        Directory.CreateDirectory(folder.File("sub/name"));
        foreach (var leftover in leftovers)
            folder.Write(leftover, "half a k");

        AtomicFile.RemoveLeftovers(folder.Path, Later);

        Assert.Equal([folder.File("sub/privkey.pem")], Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
        AtomicFile.RemoveLeftovers(folder.File("missing"), Later);
    }

    [Fact]
    public void AWriteThatAnotherProcessIsJustAtIsNoLeftover()
    {
        using var folder = new TestFolder();
        var temporary = folder.Write($".privkey.pem.{Guid.NewGuid():N}.tmp", "half a k");

        AtomicFile.RemoveLeftovers(folder.Path, TimeProvider.System.GetUtcNow());

        Assert.True(File.Exists(temporary));
    }

    [Fact]
    public void FilesOfOthersAreNoLeftovers()
    {
        using var folder = new TestFolder();
        using var elsewhere = new TestFolder();
        var name = $".file.{Guid.NewGuid():N}.tmp";
        Directory.CreateDirectory(folder.File("a/b/c"));
        string[] files =
        [
            folder.Write("other.tmp", ""), folder.Write(".swap.tmp", ""), folder.Write(".privkey.pem.0123.tmp", ""),
            folder.Write($"a/b/c/{name}", ""), elsewhere.Write(name, ""),
        ];
        Directory.CreateSymbolicLink(folder.File("link"), elsewhere.Path);

        AtomicFile.RemoveLeftovers(folder.Path, Later);

        Assert.All(files, file => Assert.True(File.Exists(file), file));
    }
}
