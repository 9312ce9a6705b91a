namespace EdgeProxy.Acme;

/// <summary>Downloads the chain of a certificate and, where the CA has several, the one that was asked for (RFC 8555 §7.4.2).</summary>
internal sealed class ChainSelection(AcmeClient client, string? preferredIssuer)
{
    public async Task<CertificateChain> DownloadAsync(Uri certificateUrl, CancellationToken cancellationToken)
    {
        var (chain, alternates) = await ReadAsync(certificateUrl, cancellationToken);
        if (IsPreferred(chain)) return chain;
        foreach (var alternate in alternates)
        {
            if (await TryReadAsync(alternate, cancellationToken) is { } other && IsPreferred(other)) return other;
        }
        return chain;
    }

    private bool IsPreferred(CertificateChain chain) =>
        preferredIssuer is null || string.Equals(chain.TopIssuer, preferredIssuer, StringComparison.OrdinalIgnoreCase);

    private async Task<(CertificateChain, IReadOnlyList<Uri>)> ReadAsync(Uri url, CancellationToken cancellationToken)
    {
        var download = await client.DownloadCertificateAsync(url, cancellationToken);
        return (CertificateChain.Parse(download.Pem, url), download.Alternates);
    }

    private async Task<CertificateChain?> TryReadAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            return (await ReadAsync(url, cancellationToken)).Item1;
        }
        catch (AcmeException)
        {
            // A preference only: the chain we have already is better than none.
            return null;
        }
    }
}
