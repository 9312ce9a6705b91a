using EdgeProxy.Storage;

namespace EdgeProxy.Tests.Storage;

public sealed class DamagedFileTests
{
    [Fact]
    public void NothingThatWasSetAsideIsEverOverwritten()
    {
        using var folder = new TestFolder();

        foreach (var content in (string[])["one", "two", "three"])
            DamagedFile.SetAside(folder.Write("key.pem", content));

        Assert.Equal("one", File.ReadAllText(folder.File("key.pem.damaged")));
        Assert.Equal("two", File.ReadAllText(folder.File("key.pem.damaged.1")));
        Assert.Equal("three", File.ReadAllText(folder.File("key.pem.damaged.2")));
        Assert.False(File.Exists(folder.File("key.pem")));
    }
}
