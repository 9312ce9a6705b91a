using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EdgeProxy.Acme;

/// <summary>Downloads the chain of a certificate and, where the CA has several, the one that was asked for (RFC 8555 §7.4.2).</summary>
internal sealed class ChainSelection(AcmeClient client, string? preferredIssuer)
{
    public async Task<CertificateChain> DownloadAsync(Uri certificateUrl, CancellationToken cancellationToken)
    {
        var (chain, alternates) = await ReadAsync(certificateUrl, cancellationToken);
        if (IsPreferred(chain))
            return chain;
        foreach (var alternate in alternates)
        {
            if (await TryReadAsync(alternate, cancellationToken) is { } other && IsPreferred(other))
                return other;
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
            // The preferred issuer is only a wish: the chain that was downloaded first is usable without this one.
            return null;
        }
    }
}

/// <summary>A downloaded chain: the CA's bytes, known to hold at least one certificate and nothing else.</summary>
internal sealed record CertificateChain(ReadOnlyMemory<byte> Pem, Uri Url, IReadOnlyList<X509Certificate2> Certificates)
{
    public X509Certificate2 Leaf => Certificates[0];

    /// <summary>The common name of whoever issued the topmost certificate.</summary>
    public string TopIssuer => Certificates[^1].GetNameInfo(X509NameType.SimpleName, forIssuer: true);

    /// <exception cref="AcmeException">Anything but certificates is in it.</exception>
    public static CertificateChain Parse(ReadOnlyMemory<byte> pem, Uri url)
    {
        try
        {
            return new CertificateChain(pem, url, ReadBlocks(Encoding.ASCII.GetString(pem.Span)));
        }
        catch (CryptographicException exception)
        {
            throw new AcmeException($"{url} answered with a certificate chain that cannot be used: {exception.Message}.", exception);
        }
    }

    /// <summary>
    /// RFC 8555 §9.1 allows certificates only, without text around them. Anything else is refused, so that nobody can put a private key
    /// into the file that the caller stores.
    /// </summary>
    private static List<X509Certificate2> ReadBlocks(ReadOnlySpan<char> text)
    {
        var certificates = new List<X509Certificate2>();
        while (!text.IsWhiteSpace())
        {
            if (!PemEncoding.TryFind(text, out var block) || !text[..block.Location.Start].IsWhiteSpace())
                throw new CryptographicException("it holds text outside of PEM blocks");
            if (text[block.Label] is not "CERTIFICATE")
                throw new CryptographicException($"it holds a block {text[block.Label]}");
            certificates.Add(X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text[block.Base64Data].ToString())));
            text = text[block.Location.End..];
        }
        return certificates.Count > 0 ? certificates : throw new CryptographicException("it is empty");
    }
}
