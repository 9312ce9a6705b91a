using System.Text;
using EdgeProxy.Storage;
using EdgeProxy.Tests.Certificates;

namespace EdgeProxy.Tests.Storage;

public sealed class FileDataDirectoryTests : IDisposable
{
    private readonly TestFolder _data = new();
    private readonly IDataDirectory _directory;

    public FileDataDirectoryTests() => _directory = TestStores.Directory(_data.Path);

    [Fact]
    public async Task WhatIsWrittenIsReadListedRenamedAndRemoved()
    {
        Assert.Null(await _directory.ReadAsync("a/b/one", Token));
        Assert.Empty(await _directory.ListAsync("a/b", Token));

        await WriteAsync("a/b/one", "1");
        await WriteAsync("a/b/two", "2");
        await _directory.RenameAsync("a/b/one", "a/b/two", Token);
        await WriteAsync("a/b/c/three", "3");

        Assert.Equal(["a/b/two"], await _directory.ListAsync("a/b", Token));
        Assert.Equal("1", await ReadAsync("a/b/two"));
        await _directory.RemoveAsync("a/b/two", Token);
        await _directory.RemoveAsync("a/b/two", Token);
        await _directory.RemoveAsync("nowhere/at/all", Token);
        Assert.Empty(await _directory.ListAsync("a/b", Token));
    }

    [Fact]
    public async Task WhatIsSetAsideIsUnderAnotherKey()
    {
        await WriteAsync("a/key.pem", "1");

        Assert.Equal("a/key.pem.damaged", await _directory.SetAsideAsync("a/key.pem", Token));
        Assert.Null(await _directory.SetAsideAsync("a/key.pem", Token));

        Assert.Equal("1", await ReadAsync("a/key.pem.damaged"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("a/.hidden")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    public async Task WhatCouldLeadElsewhereIsNoKey(string key)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _directory.ReadAsync(key, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => WriteAsync(key, ""));
        await Assert.ThrowsAsync<ArgumentException>(() => _directory.AcquireAsync(key, Token));
    }

    [Fact]
    public async Task EveryFaultOfTheDiskIsASentence()
    {
        using var disk = SmallDisk.Mount();
        var directory = TestStores.Directory(disk.Path);
        disk.MakeReadOnly();

        foreach (var change in (Func<Task>[])[
            () => directory.WriteAsync("a/b", new byte[1], secret: false, Token), () => directory.ProbeWriteAsync(Token),
            () => directory.AcquireAsync("a", Token), () => directory.RenameAsync("a/b", "a/c", Token)])
        {
            var refusal = await Assert.ThrowsAsync<DataDirectoryException>(change);
            Assert.Matches("^The data directory cannot be written: .*[^.]\\.$", refusal.Message);
        }
    }

    [Fact]
    public async Task WhatIsCancelledIsNotBegun()
    {
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _directory.WriteAsync("a/b", new byte[1], secret: false, cancelled));

        Assert.Empty(Directory.GetFileSystemEntries(_data.Path));
    }

    [Fact]
    public async Task ADirectoryThatIsPreparedIsForTheOwnerAlone()
    {
        var path = _data.File("new/data");

        await TestStores.Directory(path).PrepareAsync(Token);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
    }

    public void Dispose() => _data.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<string> ReadAsync(string key) => Encoding.UTF8.GetString((await _directory.ReadAsync(key, Token))!);

    private Task WriteAsync(string key, string text) => _directory.WriteAsync(key, Encoding.UTF8.GetBytes(text), secret: false, Token);
}
