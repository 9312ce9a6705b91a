namespace EdgeProxy.Sites;

/// <summary>The sites in force: one reference, written by a reload, read once per request.</summary>
internal sealed class CurrentSites(SiteTable initial)
{
    private SiteTable _table = initial;

    public SiteTable Table
    {
        get => Volatile.Read(ref _table);
        set => Volatile.Write(ref _table, value);
    }
}
