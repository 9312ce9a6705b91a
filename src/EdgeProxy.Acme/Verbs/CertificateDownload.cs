namespace EdgeProxy.Acme;

/// <summary>A certificate chain as the CA sent it, unchecked (RFC 8555 §7.4.2).</summary>
/// <param name="Pem">The bytes of the chain.</param>
/// <param name="Alternates">Where the CA has other chains for the same certificate.</param>
public sealed record CertificateDownload(ReadOnlyMemory<byte> Pem, IReadOnlyList<Uri> Alternates);
