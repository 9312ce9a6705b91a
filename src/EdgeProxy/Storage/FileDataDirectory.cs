namespace EdgeProxy.Storage;

/// <summary>The data directory as files: a key is a path below <paramref name="root"/>. Everything but waiting for a lease is done when the
/// method returns its task.</summary>
internal sealed class FileDataDirectory(string root, TimeProvider time, ILogger<FileDataDirectory> logger) : IDataDirectory
{
    public string PathOf(string key)
    {
        if (!IsKey(key))
            throw new ArgumentException($"\"{key}\" is no key of the data directory.", nameof(key));
        return Path.Combine(root, key);
    }

    public Task PrepareAsync(CancellationToken cancellationToken) => ChangeAsync(() =>
    {
        PrivateFolder.Create(root);
        AtomicFile.RemoveLeftovers(root, time.GetUtcNow());
    }, cancellationToken);

    public Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        return RunAsync(() => ReadIfThere(path), DataDirectoryException.CannotRead, cancellationToken);
    }

    public Task WriteAsync(string key, ReadOnlyMemory<byte> content, bool secret, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        return ChangeAsync(() => AtomicFile.Write(path, content.Span, secret), cancellationToken);
    }

    public Task RenameAsync(string key, string newKey, CancellationToken cancellationToken)
    {
        var (from, to) = (PathOf(key), PathOf(newKey));
        return ChangeAsync(() => AtomicFile.Rename(from, to), cancellationToken);
    }

    public Task<string?> SetAsideAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        return RunAsync(
            () => DamagedFile.SetAside(path) is { } aside ? key + aside[path.Length..] : null,
            DataDirectoryException.CannotWrite, cancellationToken);
    }

    public Task RemoveAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        return ChangeAsync(() => AtomicFile.Remove(path), cancellationToken);
    }

    public Task<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        var path = PathOf(folder);
        return RunAsync<IReadOnlyList<string>>(
            () => Directory.Exists(path)
                ? [.. Directory.GetFiles(path).Select(file => $"{folder}/{Path.GetFileName(file)}").Where(IsKey)] : [],
            DataDirectoryException.CannotRead, cancellationToken);
    }

    public Task ProbeWriteAsync(CancellationToken cancellationToken) =>
        ChangeAsync(() => PrivateFolder.ProbeWrite(root), cancellationToken);

    public async Task<ILease> AcquireAsync(string folder, CancellationToken cancellationToken)
    {
        var path = PathOf($"{folder}/{LeaseFile.Name}");
        try
        {
            return await new LeaseFile(path, time, logger).AcquireAsync(cancellationToken);
        }
        catch (Exception exception) when (DataDirectoryException.IsCause(exception))
        {
            throw DataDirectoryException.CannotWrite(exception);
        }
    }

    private static bool IsKey(string key) =>
        !key.AsSpan().ContainsAny('\\', '\0') && !key.Split('/').Any(segment => segment is "" or ['.', ..]);

    private static byte[]? ReadIfThere(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static Task<bool> ChangeAsync(Action change, CancellationToken cancellationToken) => RunAsync(() =>
    {
        change();
        return true;
    }, DataDirectoryException.CannotWrite, cancellationToken);

    private static Task<T> RunAsync<T>(Func<T> work, Func<Exception, DataDirectoryException> explain, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        try
        {
            return Task.FromResult(work());
        }
        catch (Exception exception) when (DataDirectoryException.IsCause(exception))
        {
            return Task.FromException<T>(explain(exception));
        }
    }
}
