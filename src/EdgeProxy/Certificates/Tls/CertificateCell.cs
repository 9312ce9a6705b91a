namespace EdgeProxy.Certificates.Tls;

/// <summary>What one name is served with. The loop that made the cell puts certificates into it. A name that gets another loop gets another
/// cell: a loop that was replaced writes where nobody looks any more.</summary>
/// <param name="name">In <see cref="Configuration.Model.HostName"/> form.</param>
/// <param name="load">Puts in what is at hand, when the cell is needed for the first time and is still empty. Called by any number of
/// threads, and again for as long as the cell stays empty.</param>
internal sealed class CertificateCell(string name, Action load, TimeProvider time)
{
    private volatile ServingCertificate? _certificate;
    private ServingCertificate? _placeholder;

    public string Name => name;

    /// <summary>What the name's source has delivered so far; null when there is nothing, or nobody has looked yet.</summary>
    public ServingCertificate? Certificate
    {
        get => _certificate;
        set => _certificate = value;
    }

    /// <summary>What a handshake is answered with. Only the first one may find that something is still to be loaded or made: with thousands
    /// of names, doing that for all of them at start would keep the ports closed for seconds.</summary>
    public ServingCertificate Current => _certificate ?? First();

    private ServingCertificate First()
    {
        load();
        return _certificate ?? Volatile.Read(ref _placeholder) ?? MakePlaceholder();
    }

    private ServingCertificate MakePlaceholder()
    {
        var made = PlaceholderFactory.Create(name, time.GetUtcNow());
        return Interlocked.CompareExchange(ref _placeholder, made, null) ?? made;
    }
}
