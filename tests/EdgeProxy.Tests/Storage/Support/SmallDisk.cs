using System.Diagnostics;

namespace EdgeProxy.Tests.Storage;

/// <summary>A disk of 256 KB of its own, to be filled or made read-only. Skips the running test where nothing may be mounted.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    public static SmallDisk Mount()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may mount a disk to fill");
        var path = Directory.CreateTempSubdirectory("edgeproxy-disk-").FullName;
        var mounted = Run("mount", "-t", "tmpfs", "-o", "size=256k,mode=0700", "edgeproxy-test", path);
        if (!mounted)
            Directory.Delete(path);
        Assert.SkipUnless(mounted, "mounting a tmpfs is not allowed here");
        return new SmallDisk(path);
    }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Leaves not a byte free.</summary>
    public void Fill()
    {
        using var filler = new FileStream(File("filler"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
                filler.Write(new byte[4096]);
        }
        catch (IOException)
        {
            // The disk is full.
        }
    }

    public void Empty() => System.IO.File.Delete(File("filler"));

    public void MakeReadOnly() => Assert.True(Run("mount", "-o", "remount,ro", Path));

    public void MakeWritable() => Assert.True(Run("mount", "-o", "remount,rw", Path));

    public void Dispose()
    {
        Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
