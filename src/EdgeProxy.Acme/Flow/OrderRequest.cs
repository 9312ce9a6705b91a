using System.Security.Cryptography;

namespace EdgeProxy.Acme;

/// <summary>What certificate to obtain.</summary>
/// <param name="Identifiers">The names, at least one.</param>
/// <param name="Key">The certificate's private key: ECDSA on P-256 or P-384, or RSA. Stored by the caller before the order is placed,
/// so that an order can be resumed after a crash; not disposed here.</param>
public sealed record OrderRequest(IReadOnlyList<AcmeIdentifier> Identifiers, AsymmetricAlgorithm Key)
{
    /// <summary>One of the CA's profiles, or null for its default.</summary>
    public string? Profile { get; init; }

    /// <summary>Take the chain whose topmost certificate was issued by this common name, where the CA has such a one.</summary>
    public string? PreferredIssuer { get; init; }

    /// <summary>
    /// An order that an earlier attempt left behind: carried on with where that makes sense, otherwise replaced by a new one. Must be
    /// forgotten by the caller once its certificate has been obtained.
    /// </summary>
    public Uri? ExistingOrder { get; init; }

    /// <summary>Called as soon as a new order has a URL and before anything else, so that the caller can store it.</summary>
    public Func<Uri, CancellationToken, ValueTask>? OrderCreated { get; init; }
}

/// <summary>A certificate that fits the key and the names it was asked for.</summary>
/// <param name="Pem">Exactly the bytes the CA sent: nothing but certificates, the leaf first.</param>
/// <param name="OrderUrl">The order it came from.</param>
/// <param name="CertificateUrl">Where the chain was downloaded, an alternate's URL if one was taken.</param>
public sealed record IssuedCertificate(ReadOnlyMemory<byte> Pem, Uri OrderUrl, Uri CertificateUrl);
