using EdgeProxy.Sites;

namespace EdgeProxy.Certificates.Tls;

/// <summary>Which cell a name has. Replaced whole when names come or go; a new certificate for a name is one write into its cell.</summary>
internal sealed class CertificateTable
{
    private volatile Snapshot _current = new([]);

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<CertificateCell> Cells => _current.Cells;

    /// <summary>The first name's certificate, for clients that name none; null before anything is published.</summary>
    public ServingCertificate? Default => Cells is [var first, ..] ? first.Current : null;

    /// <summary>The certificate for a name in <see cref="Configuration.Model.HostName"/> form.</summary>
    public ServingCertificate? Find(string name) => _current.ByName.Find(name)?.Current;

    /// <param name="cells">Each name once. The order matters: the first name's certificate is the default.</param>
    public void Publish(IReadOnlyList<CertificateCell> cells) => _current = new Snapshot(cells);

    private sealed class Snapshot(IReadOnlyList<CertificateCell> cells)
    {
        public IReadOnlyList<CertificateCell> Cells => cells;

        public HostTable<CertificateCell> ByName { get; } = new([.. cells.Select(cell => KeyValuePair.Create(cell.Name, cell))]);
    }
}
