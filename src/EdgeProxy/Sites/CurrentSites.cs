namespace EdgeProxy.Sites;

/// <summary>The snapshot in force: one reference, written when a configuration is applied, read once a request.</summary>
internal sealed class CurrentSites
{
    private SiteTable? _table;

    /// <exception cref="InvalidOperationException">No configuration has been applied yet.</exception>
    public SiteTable Table
    {
        get => Volatile.Read(ref _table) ?? throw new InvalidOperationException("No configuration has been applied yet.");
        set => Volatile.Write(ref _table, value);
    }
}
