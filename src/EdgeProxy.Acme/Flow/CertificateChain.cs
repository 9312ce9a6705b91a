using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EdgeProxy.Acme;

/// <summary>A downloaded chain: at least one certificate and nothing else.</summary>
internal sealed class CertificateChain : IDisposable
{
    private readonly X509Certificate2Collection _certificates = [];

    private CertificateChain(ReadOnlyMemory<byte> pem) => Pem = pem;

    public ReadOnlyMemory<byte> Pem { get; }

    public X509Certificate2 Leaf => _certificates[0];

    /// <summary>The common name of whoever issued the topmost certificate.</summary>
    public string TopIssuer => _certificates[^1].GetNameInfo(X509NameType.SimpleName, forIssuer: true);

    /// <exception cref="AcmeException">Anything but certificates is in it.</exception>
    public static CertificateChain Parse(ReadOnlyMemory<byte> pem, Uri url)
    {
        var chain = new CertificateChain(pem);
        try
        {
            chain.ReadBlocks(Encoding.ASCII.GetString(pem.Span));
            return chain;
        }
        catch (CryptographicException e)
        {
            chain.Dispose();
            throw new AcmeException($"{url} answered with a certificate chain that cannot be used: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        foreach (var certificate in _certificates) certificate.Dispose();
    }

    /// <summary>RFC 8555 §9.1: only certificates, and no text around them. So nobody can slip a private key into a file of ours.</summary>
    private void ReadBlocks(ReadOnlySpan<char> text)
    {
        while (!text.IsWhiteSpace())
        {
            if (!PemEncoding.TryFind(text, out var block) || !text[..block.Location.Start].IsWhiteSpace())
                throw new CryptographicException("it holds text outside of PEM blocks");
            if (text[block.Label] is not "CERTIFICATE") throw new CryptographicException($"it holds a block {text[block.Label]}");
            _certificates.Add(X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text[block.Base64Data].ToString())));
            text = text[block.Location.End..];
        }
        if (_certificates.Count == 0) throw new CryptographicException("it is empty");
    }
}
