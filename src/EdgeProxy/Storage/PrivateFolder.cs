using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeProxy.Storage;

/// <summary>Folders that only the owner may enter, and the modes of the files in them.</summary>
internal static class PrivateFolder
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode OwnerWritesOthersRead = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode OwnerEnters = OwnerOnly | UnixFileMode.UserExecute;

    /// <summary>Creates the folder and its missing parents with mode 0700; one that is there keeps its mode.</summary>
    public static void Create(string path)
    {
        if (Directory.Exists(path))
            return;
        // CreateDirectory gives the mode to the last folder only.
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
            Create(parent);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerEnters);
    }

    /// <summary>Finds out, by writing and removing a small file, whether files can be written now.</summary>
    /// <exception cref="IOException">The disk is full, read-only or broken.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write there.</exception>
    public static void ProbeWrite(string path)
    {
        var probe = Path.Combine(path, "write-test");
        // As large as what is written for real: on a nearly full disk an empty file still fits.
        AtomicFile.Write(probe, new byte[16 * 1024], secret: true);
        File.Delete(probe);
    }

    /// <summary>Makes creations and renames in the folder survive a power cut. Best effort: not every file system can.</summary>
    public static void FlushEntries(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        using var handle = new SafeFileHandle(OpenReadOnly(path, 0), ownsHandle: true);
        if (handle.IsInvalid)
            return;
        try
        {
            RandomAccess.FlushToDisk(handle);
        }
        catch (IOException)
        {
            // Network and overlay file systems may refuse; the file's own content is flushed already.
        }
    }

    // Flushing a directory takes a descriptor of it, and the framework opens none.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenReadOnly([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
