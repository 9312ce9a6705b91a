namespace EdgeProxy.Certificates.Tls;

/// <summary>What a handshake was about, for the requests that come over its connection.</summary>
/// <param name="Name">The name that the client asked for, in <see cref="Configuration.Model.HostName"/> form; empty when it named
/// none.</param>
/// <param name="Certificate">The certificate that it was shown.</param>
internal sealed record ShownCertificate(string Name, ServingCertificate Certificate);
