using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace EdgeProxy.Acme;

public sealed partial class AcmeClient
{
    private const string ChainMediaType = "application/pem-certificate-chain";

    /// <summary>Downloads a chain and learns where its alternates are (RFC 8555 §7.4.2).</summary>
    public async Task<CertificateDownload> DownloadCertificateAsync(Uri certificateUrl, CancellationToken cancellationToken = default)
    {
        var response = await PostAsync(certificateUrl, null, cancellationToken);
        if (!string.Equals(response.MediaType, ChainMediaType, StringComparison.OrdinalIgnoreCase))
            throw new AcmeException($"{certificateUrl} answered with {response.MediaType ?? "no media type"} instead of {ChainMediaType}.");
        return new CertificateDownload(response.Body, response.Alternates);
    }

    /// <summary>Revokes a certificate (RFC 8555 §7.6) in the account's name.</summary>
    public Task RevokeCertificateAsync(
        X509Certificate2 certificate, RevocationReason? reason = null, CancellationToken cancellationToken = default) =>
        RevokeAsync(certificate, reason, _key, KnownAccountUrl, cancellationToken);

    /// <summary>Revokes a certificate with its own private key, which needs no account (RFC 8555 §7.6).</summary>
    public Task RevokeCertificateAsync(X509Certificate2 certificate, AsymmetricAlgorithm certificateKey,
        RevocationReason? reason = null, CancellationToken cancellationToken = default) =>
        RevokeAsync(certificate, reason, AcmeAccountKey.From(certificateKey), null, cancellationToken);

    private async Task RevokeAsync(
        X509Certificate2 certificate, RevocationReason? reason, AcmeAccountKey key, Uri? account, CancellationToken cancellationToken)
    {
        var revokeCert = Offered((await GetDirectoryAsync(cancellationToken)).RevokeCert, "revocation");
        var payload = new JsonObject { ["certificate"] = Base64Url.EncodeToString(certificate.RawData) };
        if (reason is { } given)
            payload["reason"] = (int)given;
        await PostAsync(revokeCert, payload, key, account, cancellationToken);
    }
}

/// <summary>A certificate chain as the CA sent it, unchecked (RFC 8555 §7.4.2).</summary>
/// <param name="Pem">The bytes of the chain.</param>
/// <param name="Alternates">Where the CA has other chains for the same certificate.</param>
public sealed record CertificateDownload(ReadOnlyMemory<byte> Pem, IReadOnlyList<Uri> Alternates);

/// <summary>Why a certificate is revoked (RFC 5280 §5.3.1); the ones subscribers may give.</summary>
public enum RevocationReason
{
    /// <summary>No reason.</summary>
    Unspecified = 0,

    /// <summary>The private key got into wrong hands.</summary>
    KeyCompromise = 1,

    /// <summary>The subject's name or other facts in it changed.</summary>
    AffiliationChanged = 3,

    /// <summary>Another certificate took its place.</summary>
    Superseded = 4,

    /// <summary>The site is gone.</summary>
    CessationOfOperation = 5,
}
