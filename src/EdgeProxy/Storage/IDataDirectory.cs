namespace EdgeProxy.Storage;

/// <summary>Where everything is kept that must outlive the process. Several processes, also on several machines, may use one.</summary>
/// <remarks>
/// <para>A key is a relative path with slashes, such as <c>certificates/example.org/privkey.pem</c>. No segment of it is empty or begins
/// with a dot. A folder is what a key has before a slash.</para>
/// <para>A value is read and written whole. A reader, and a start after a crash, finds the old one or the new, never a part; what has been
/// changed when a method returns survives a power cut, and nothing becomes visible before what was changed earlier. A method that throws
/// leaves every value as it was.</para>
/// <para>Nothing but a lease keeps two writers of one value apart. After taking one, callers MUST read again what they are about to change:
/// the work may have been done while they waited. A lease counts only among those who take it.</para>
/// <para>Every method throws <see cref="DataDirectoryException"/> when the directory cannot be used just now, and
/// <see cref="OperationCanceledException"/> when it was cancelled before it changed anything.</para>
/// </remarks>
internal interface IDataDirectory
{
    /// <summary>Where a user finds the value, for messages.</summary>
    string PathOf(string key);

    /// <summary>Makes the directory ready for use, and removes what writes of processes that died have left behind.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>The value; null when there is none.</summary>
    Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Creates or replaces a value. A <paramref name="secret"/> is for the owner of the directory alone.</summary>
    Task WriteAsync(string key, ReadOnlyMemory<byte> content, bool secret, CancellationToken cancellationToken);

    /// <summary>Gives a value another key in the same folder, in the place of what was there.</summary>
    /// <exception cref="DataDirectoryException">Also when there is no such value.</exception>
    Task RenameAsync(string key, string newKey, CancellationToken cancellationToken);

    /// <summary>Moves a value that cannot be used out of the way: it is never deleted, as somebody may still need what is in it.</summary>
    /// <returns>Its new key: <c>.damaged</c> appended, with a number where that is taken; null when there was no such value.</returns>
    Task<string?> SetAsideAsync(string key, CancellationToken cancellationToken);

    /// <summary>Removes a value; no error when there is none. After a power cut it may be there again.</summary>
    Task RemoveAsync(string key, CancellationToken cancellationToken);

    /// <summary>The keys directly in a folder, in no order; none when there is no such folder. Foreign files may be among them.</summary>
    Task<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Finds out whether values can be written now, by writing one as large as real ones and removing it.</summary>
    Task ProbeWriteAsync(CancellationToken cancellationToken);

    /// <summary>Waits until nobody else, in this process or another, holds the folder's lease, and takes it. It need not exist.</summary>
    /// <remarks>A lease has no length: it is held until it is disposed of, and falls to the next who waits soon after its holder's process
    /// has ended or stopped giving signs of life. No clock is compared with another. Waiting has no limit but the cancellation.</remarks>
    Task<ILease> AcquireAsync(string folder, CancellationToken cancellationToken);
}

/// <summary>The sole right to change what is in a folder. A holder that was halted, or cut off from the disk, for long may have lost it:
/// it MUST ask before each step that cannot be undone. Between the question and the step a moment remains; keep it short.</summary>
internal interface ILease : IAsyncDisposable
{
    /// <summary>Returns when the lease is still held.</summary>
    /// <exception cref="DataDirectoryException">It is not, or that cannot be found out.</exception>
    Task EnsureHeldAsync(CancellationToken cancellationToken);
}
