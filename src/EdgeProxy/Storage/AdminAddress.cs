namespace EdgeProxy.Storage;

/// <summary>The address at which the process that uses a data directory answers commands: the value admin.json, for commands that cannot
/// read the configuration. Of several processes, the last one that started is found. It may have ended since: a reader MUST expect no
/// answer.</summary>
/// <param name="Url">Where it listens, as a client on the same machine reaches it.</param>
/// <param name="Process">Whose address that is.</param>
internal sealed record AdminAddress(Uri Url, ProcessIdentity Process)
{
    private const string Key = "admin.json";

    /// <summary>The address of this process.</summary>
    public static AdminAddress Of(Uri url) => new(url, ProcessIdentity.Current);

    /// <returns>Null when there is none that can be understood, or its process has ended for certain.</returns>
    public static async Task<AdminAddress?> ReadAsync(IDataDirectory directory, CancellationToken cancellationToken) =>
        await directory.ReadJsonAsync<AdminAddress>(Key, cancellationToken) is { Url: not null, Process.IsGone: false } found
            ? found : null;

    public Task WriteAsync(IDataDirectory directory, CancellationToken cancellationToken) =>
        directory.WriteJsonAsync(Key, this, secret: false, cancellationToken);

    /// <summary>Removes the value when the process ends, unless another process has written its own since.</summary>
    public async Task RemoveAsync(IDataDirectory directory, CancellationToken cancellationToken)
    {
        if (await ReadAsync(directory, cancellationToken) == this)
            await directory.RemoveAsync(Key, cancellationToken);
    }
}
