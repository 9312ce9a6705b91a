using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Sites;

/// <summary>Whether the certificate that a client was shown is also good for <paramref name="host"/> (RFC 9110 §7.4).</summary>
/// <param name="connection">The features of its connection, or of a request on that.</param>
/// <param name="host">The host of its request.</param>
/// <returns>True for a connection without TLS.</returns>
internal delegate bool CertificateScope(IFeatureCollection connection, string host);
