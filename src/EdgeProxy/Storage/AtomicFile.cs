using System.Text.RegularExpressions;

namespace EdgeProxy.Storage;

/// <summary>Writes files whole: a reader, and a start after a crash, sees the old content or the new, never a part.</summary>
internal static partial class AtomicFile
{
    private static readonly TimeSpan LongestWrite = TimeSpan.FromMinutes(10);

    // Links are not followed: they lead to files that are not ours. A folder that cannot be entered holds nothing of this process.
    private static readonly EnumerationOptions OwnFolders = new()
    {
        RecurseSubdirectories = true,
        MaxRecursionDepth = 2,
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = true,
    };

    /// <summary>Creates or replaces a file; its folder is created where it is missing.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="secret">Whether only the owner may read it.</param>
    /// <exception cref="IOException">The disk is full, read-only or broken.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write there.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, bool secret = false)
    {
        var folder = Path.GetDirectoryName(path)!;
        PrivateFolder.Create(folder);
        var temporary = TemporaryFor(path);
        try
        {
            WriteToDisk(temporary, content, secret);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }

        PrivateFolder.FlushEntries(folder);
    }

    /// <summary>A unique path in the same folder, of a form that <see cref="RemoveLeftovers"/> recognizes.</summary>
    public static string TemporaryFor(string path) =>
        Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");

    /// <summary>Renames a file within its folder, surviving a power cut once it returns.</summary>
    public static void Rename(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        PrivateFolder.FlushEntries(Path.GetDirectoryName(to)!);
    }

    /// <summary>Deletes a file, if there is one; after a power cut it may be there again.</summary>
    public static void Remove(string path)
    {
        if (Directory.Exists(Path.GetDirectoryName(path)))
            File.Delete(path);
    }

    /// <summary>Deletes what writes that never finished left behind in <paramref name="folder"/> and two levels below, and nothing else.
    /// Young ones stay: another process may be writing them.</summary>
    public static void RemoveLeftovers(string folder, DateTimeOffset now)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var leftover in Directory.EnumerateFiles(folder, ".*.tmp", OwnFolders))
        {
            if (TemporaryName().IsMatch(Path.GetFileName(leftover)) && now - File.GetLastWriteTimeUtc(leftover) > LongestWrite)
                TryDelete(leftover);
        }
    }

    [GeneratedRegex(@"^\..+\.[0-9a-f]{32}\.tmp$")]
    private static partial Regex TemporaryName();

    private static void WriteToDisk(string path, ReadOnlySpan<byte> content, bool secret)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = secret ? PrivateFolder.OwnerOnly : PrivateFolder.OwnerWritesOthersRead;
        using var file = new FileStream(path, options);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (DataDirectoryException.IsCause(exception))
        {
            // A leftover does no harm. What prevents the deletion fails the write as well, and is reported there.
        }
    }
}
