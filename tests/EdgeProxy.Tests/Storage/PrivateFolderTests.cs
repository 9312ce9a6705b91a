using EdgeProxy.Storage;

namespace EdgeProxy.Tests.Storage;

public sealed class PrivateFolderTests
{
    [Fact]
    public void AProbeLeavesNothingBehind()
    {
        using var folder = new TestFolder();

        PrivateFolder.ProbeWrite(folder.File("data"));

        Assert.Empty(Directory.GetFileSystemEntries(folder.File("data")));
    }

    [Fact]
    public void AProbeFailsOnAFullDisk()
    {
        using var disk = SmallDisk.Mount();
        disk.Fill();

        Assert.Throws<IOException>(() => PrivateFolder.ProbeWrite(disk.Path));
    }

    [Fact]
    public void AProbeFailsOnAReadOnlyDisk()
    {
        using var disk = SmallDisk.Mount();
        disk.MakeReadOnly();

        Assert.Throws<IOException>(() => PrivateFolder.ProbeWrite(disk.Path));
    }

    [Fact]
    public void AProbeFailsWhereAFileIsInTheWay()
    {
        using var folder = new TestFolder();

        Assert.ThrowsAny<IOException>(() => PrivateFolder.ProbeWrite(Path.Combine(folder.Write("file", ""), "data")));
    }

    [Fact]
    public void FlushingAFolderThatIsNotThereIsNoError() => PrivateFolder.FlushEntries("/nowhere/at/all");
}
