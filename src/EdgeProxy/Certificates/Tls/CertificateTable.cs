using System.Collections.Frozen;

namespace EdgeProxy.Certificates.Tls;

/// <summary>Which certificate a name is served with. Readers look into one immutable snapshot; every change replaces it with one
/// reference write.</summary>
internal sealed class CertificateTable
{
    private readonly Lock _writing = new();
    private Snapshot _current = new(FrozenDictionary<string, ServingCertificate>.Empty, null);

    /// <summary>The first name's certificate, for clients that name none; null before anything is published.</summary>
    public ServingCertificate? Default
    {
        get
        {
            var current = Volatile.Read(ref _current);
            return current.FirstName is null ? null : current.ByName[current.FirstName];
        }
    }

    /// <summary>Everything that is served now.</summary>
    public IEnumerable<ServingCertificate> Certificates => Volatile.Read(ref _current).ByName.Values;

    /// <summary>The certificate for a name in <see cref="Configuration.Model.HostName"/> form: the exact name first, then a wildcard for its first label.</summary>
    public ServingCertificate? Find(string name)
    {
        var byName = Volatile.Read(ref _current).ByName;
        if (byName.TryGetValue(name, out var certificate))
            return certificate;
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 ? byName.GetValueOrDefault(string.Concat("*", name.AsSpan(dot))) : null;
    }

    /// <summary>Replaces the whole table. The order matters: the first name's certificate is the default.</summary>
    /// <param name="entries">Enumerated while no swap can come between, so that a lazy sequence never brings back a replaced certificate.</param>
    public void Publish(IEnumerable<KeyValuePair<string, ServingCertificate>> entries)
    {
        lock (_writing)
        {
            var ordered = entries.ToList();
            Volatile.Write(ref _current, new Snapshot(Freeze(ordered), ordered.Count == 0 ? null : ordered[0].Key));
        }
    }

    /// <summary>Replaces one name's certificate; a name that is no longer in the table stays out of it.</summary>
    public void Swap(string name, ServingCertificate certificate)
    {
        lock (_writing)
        {
            if (!_current.ByName.TryGetValue(name, out var present) || ReferenceEquals(present, certificate))
                return;
            var entries = _current.ByName.Select(entry => entry.Key == name ? new(name, certificate) : entry);
            Volatile.Write(ref _current, _current with { ByName = Freeze(entries) });
        }
    }

    private static FrozenDictionary<string, ServingCertificate> Freeze(IEnumerable<KeyValuePair<string, ServingCertificate>> entries) =>
        entries.ToFrozenDictionary(StringComparer.Ordinal);

    private sealed record Snapshot(FrozenDictionary<string, ServingCertificate> ByName, string? FirstName);
}
