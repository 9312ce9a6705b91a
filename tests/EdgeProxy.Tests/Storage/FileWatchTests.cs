using EdgeProxy.Storage;
using Microsoft.Extensions.Time.Testing;

namespace EdgeProxy.Tests.Storage;

public sealed class FileWatchTests
{
    [Fact]
    public void NothingHasChangedUntilSomethingDoesAndThenOnce()
    {
        using var folder = new TestFolder();
        var watch = Watch(folder.Write("a", "1"));

        Assert.False(watch.HasChanged());
        folder.Write("a", "2");
        Assert.True(watch.HasChanged());
        Assert.False(watch.HasChanged());
    }

    [Fact]
    public void SeesAnotherContentOfTheSameLengthAndTime()
    {
        using var folder = new TestFolder();
        var path = folder.Write("a", "8070");
        var time = File.GetLastWriteTimeUtc(path);
        var watch = Watch(path);

        folder.Write("a", "8071");
        File.SetLastWriteTimeUtc(path, time);

        Assert.True(watch.HasChanged());
    }

    [Fact]
    public void SeesAFileRenamedOverIt()
    {
        using var folder = new TestFolder();
        var watch = Watch(folder.Write("a", "1"));

        File.Move(folder.Write("new", "2"), folder.File("a"), overwrite: true);

        Assert.True(watch.HasChanged());
    }

    [Fact]
    public void SeesAFileComeAndGo()
    {
        using var folder = new TestFolder();
        var watch = Watch(folder.File("a"));

        folder.Write("a", "");
        Assert.True(watch.HasChanged());
        File.Delete(folder.File("a"));
        Assert.True(watch.HasChanged());
    }

    /// <summary>As Kubernetes mounts secrets: cert.pem -> ..data/cert.pem, and ..data is swapped.</summary>
    [Fact]
    public void SeesASwappedSymlinkOnTheWay()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder.File("one"));
        Directory.CreateDirectory(folder.File("two"));
        folder.Write("one/cert.pem", "1");
        folder.Write("two/cert.pem", "2");
        Directory.CreateSymbolicLink(folder.File("..data"), "one");
        File.CreateSymbolicLink(folder.File("cert.pem"), "..data/cert.pem");
        var watch = Watch(folder.File("cert.pem"));

        Directory.CreateSymbolicLink(folder.File("..next"), "two");
        Directory.Move(folder.File("..data"), folder.File("..old"));
        Directory.Move(folder.File("..next"), folder.File("..data"));

        Assert.True(watch.HasChanged());
    }

    [Fact]
    public void SeesAChangeOfAnyOfSeveralFiles()
    {
        using var folder = new TestFolder();
        var watch = new FileWatch([folder.Write("a", "1"), folder.Write("b", "1")], new FakeTimeProvider());

        folder.Write("b", "2");

        Assert.True(watch.HasChanged());
    }

    [Fact]
    public async Task LooksEverySecond()
    {
        using var folder = new TestFolder();
        var time = new FakeTimeProvider();
        var watch = new FileWatch([folder.Write("a", "1")], time);
        var waiting = watch.WaitForChangeAsync(TestContext.Current.CancellationToken);

        time.Advance(TimeSpan.FromSeconds(3));
        Assert.False(waiting.IsCompleted);
        folder.Write("a", "2");
        time.Advance(TimeSpan.FromSeconds(1));

        await waiting.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private static FileWatch Watch(string path) => new([path], new FakeTimeProvider());
}
