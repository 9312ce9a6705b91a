using System.Security.Cryptography;

namespace EdgeProxy.Storage;

/// <summary>Tells when the content of any of a few small files changes. It compares content once a second, because notifications,
/// inodes and times all miss something: bind mounts, swapped symlinks, renames over the file, two writes within one tick.</summary>
internal sealed class FileWatch(IReadOnlyList<string> paths, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private string _seen = Signature(paths);

    /// <summary>Whether something changed since the last call that said so, or since the watch began.</summary>
    public bool HasChanged()
    {
        var now = Signature(paths);
        lock (_lock)
        {
            if (now == _seen)
                return false;
            _seen = now;
            return true;
        }
    }

    /// <summary>Returns once something has changed.</summary>
    public async Task WaitForChangeAsync(CancellationToken cancellationToken)
    {
        while (!HasChanged())
            await Task.Delay(Interval, time, cancellationToken);
    }

    private static string Signature(IReadOnlyList<string> paths) => string.Join('|', paths.Select(Signature));

    private static string Signature(string path)
    {
        try
        {
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
        }
        catch (Exception exception) when (DataDirectoryException.IsCause(exception))
        {
            return exception.GetType().Name;
        }
    }
}
