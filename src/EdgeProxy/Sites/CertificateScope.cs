using System.Net;

namespace EdgeProxy.Sites;

/// <summary>Whether the certificate that a client was shown is also good for <paramref name="host"/> (RFC 9110 §7.4).</summary>
/// <param name="tlsName">The name that the client asked for in the handshake; empty when it named none.</param>
/// <param name="localAddress">The address that it connected to.</param>
/// <param name="host">The host of its request.</param>
internal delegate bool CertificateScope(string tlsName, IPAddress? localAddress, string host);
