namespace EdgeProxy.Storage;

/// <summary>A lease that is held, and the signs of life that keep it.</summary>
internal sealed class HeldLease : ILease
{
    public const FileShare Sharing = FileShare.ReadWrite | FileShare.Delete;

    private static readonly TimeSpan BetweenSigns = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly LeaseRecord _own;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _signs;

    public HeldLease(string path, LeaseRecord own, TimeProvider time)
    {
        (_path, _own) = (path, own);
        _signs = GiveSignsAsync(time);
    }

    public Task EnsureHeldAsync(CancellationToken cancellationToken)
    {
        try
        {
            return IsHeld() ? Task.CompletedTask : Task.FromException(new DataDirectoryException(
                $"Another process has taken over {_path}, because this one was halted or cut off from the disk for long."));
        }
        catch (Exception exception) when (DataDirectoryException.IsCause(exception))
        {
            return Task.FromException(DataDirectoryException.CannotRead(exception));
        }
    }

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be read.</exception>
    public bool IsHeld()
    {
        try
        {
            return LeaseRecord.TryParse(File.ReadAllBytes(_path))?.Owner == _own.Owner;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _signs;
        _ending.Dispose();
        try
        {
            if (IsHeld())
                File.Delete(_path);
        }
        catch (Exception exception) when (DataDirectoryException.IsCause(exception))
        {
            // The next process that waits takes the lease over, as no more signs of life come.
        }
    }

    private async Task GiveSignsAsync(TimeProvider time)
    {
        for (var number = 1L; ; number++)
        {
            await Task.Delay(BetweenSigns, time, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_ending.IsCancellationRequested || !TryGiveSign(number))
                return;
        }
    }

    /// <returns>False when the lease is somebody else's.</returns>
    private bool TryGiveSign(long number)
    {
        try
        {
            // One handle reads and writes, so that a file that has been put in the place of this one is not touched.
            using var file = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, Sharing, bufferSize: 0);
            var content = new byte[file.Length];
            file.ReadExactly(content);
            if (LeaseRecord.TryParse(content)?.Owner != _own.Owner)
                return false;
            file.Position = 0;
            file.Write((_own with { Signs = number }).ToBytes());
            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception exception) when (DataDirectoryException.IsCause(exception))
        {
            // The disk may work again when the next sign is due.
            return true;
        }
    }
}
