using EdgeProxy.Observability;

namespace EdgeProxy.Storage;

/// <summary>A lease as a file that is there while the lease is held. Its holder writes into it every few seconds; whoever waits takes it
/// over when the holder's process has ended on this machine, or when nothing has been written for too long by the waiter's own
/// clock.</summary>
internal sealed class LeaseFile(string path, TimeProvider time, ILogger logger)
{
    public const string Name = "lease.json";

    // EEXIST, and ERROR_FILE_EXISTS as an HRESULT.
    private const int FileExistsOnUnix = 17;
    private const int FileExistsOnWindows = unchecked((int)0x80070050);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be read or written.</exception>
    public async Task<ILease> AcquireAsync(CancellationToken cancellationToken)
    {
        var own = LeaseRecord.Create();
        byte[]? watched = null;
        var since = time.GetTimestamp();
        while (!TryCreate(own))
        {
            var there = Read();
            if (!AreSame(there, watched))
                (watched, since) = (there, time.GetTimestamp());
            if (there is not null && WhyAbandoned(there, since) is { } reason
                && await TryTakeOverAsync(there, own, reason, cancellationToken) is { } taken)
                return taken;
            // Such as a link that leads nowhere: it cannot be created and is not there.
            if (there is null && time.GetElapsedTime(since) > LongestSilence)
                throw new IOException($"'{path}' can neither be created nor read. Remove it.");
            await Task.Delay(BetweenLooks, time, cancellationToken);
        }

        return new HeldLease(path, own, time);
    }

    private bool TryCreate(LeaseRecord own)
    {
        PrivateFolder.Create(Path.GetDirectoryName(path)!);
        try
        {
            Create(path, own);
            return true;
        }
        // The error decides and no second look, because the file may have been removed again meanwhile.
        catch (IOException exception) when (exception.HResult is FileExistsOnUnix or FileExistsOnWindows)
        {
            return false;
        }
    }

    /// <summary>Does not flush to the disk: a power cut ends the holder, too.</summary>
    private static void Create(string path, LeaseRecord own)
    {
        // Other processes read the file while it is written, so it must not be locked.
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = HeldLease.Sharing,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = PrivateFolder.OwnerOnly;
        using var file = new FileStream(path, options);
        try
        {
            file.Write(own.ToBytes());
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    private string? WhyAbandoned(byte[] content, long since)
    {
        if (LeaseRecord.TryParse(content)?.Holder.IsGone == true)
            return "which has ended";
        return time.GetElapsedTime(since) > LongestSilence
            ? $"which has given no sign of life for {LongestSilence.TotalSeconds:0} seconds" : null;
    }

    /// <summary>Several processes may try at a time. Each replaces the record by its own and looks again after a while: the last one to
    /// write has the lease.</summary>
    private async Task<ILease?> TryTakeOverAsync(byte[] abandoned, LeaseRecord own, string reason, CancellationToken cancellationToken)
    {
        if (!TryReplace(abandoned, own))
            return null;
        var lease = new HeldLease(path, own, time);
        try
        {
            await Task.Delay(BetweenLooks, time, cancellationToken);
            if (lease.IsHeld())
            {
                logger.LogWarning(
                    EdgeEvent.LeaseTakenOver.Id(),
                    "Took over {File} from {Holder}, {Reason}",
                    path, LeaseRecord.TryParse(abandoned)?.Holder.ToString() ?? "a process that it does not name", reason);
                return lease;
            }
        }
        catch
        {
            await lease.DisposeAsync();
            throw;
        }

        await lease.DisposeAsync();
        return null;
    }

    private bool TryReplace(byte[] abandoned, LeaseRecord own)
    {
        var temporary = AtomicFile.TemporaryFor(path);
        Create(temporary, own);
        try
        {
            // Nothing slow may come between this look and the replacement.
            if (!AreSame(Read(), abandoned))
                return false;
            File.Move(temporary, path, overwrite: true);
            return true;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private byte[]? Read()
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static bool AreSame(byte[]? one, byte[]? other) =>
        one is null ? other is null : other is not null && one.AsSpan().SequenceEqual(other);
}
