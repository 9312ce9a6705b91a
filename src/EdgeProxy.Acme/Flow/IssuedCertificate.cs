namespace EdgeProxy.Acme;

/// <summary>A certificate that fits the key and the names it was asked for.</summary>
/// <param name="Pem">Exactly the bytes the CA sent: nothing but certificates, the leaf first.</param>
/// <param name="OrderUrl">The order it came from.</param>
/// <param name="CertificateUrl">Where the chain was downloaded, an alternate's URL if one was taken.</param>
public sealed record IssuedCertificate(ReadOnlyMemory<byte> Pem, Uri OrderUrl, Uri CertificateUrl);
