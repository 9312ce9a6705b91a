using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Certificates.Tls;

/// <summary>A server's certificate whose sessions can be forgotten. The runtime keeps one OpenSSL context, with the keys of its session
/// tickets, for each SHA-512 hash of a chain; here that hash is a random value, and a new value gets a context with new
/// keys.</summary>
internal sealed class SessionCertificate(X509Certificate2 certificate) : X509Certificate2(certificate)
{
    private volatile byte[] _identity = NewIdentity();

    public void ForgetSessions() => _identity = NewIdentity();

    public override bool TryGetCertHash(HashAlgorithmName hashAlgorithm, Span<byte> destination, out int bytesWritten)
    {
        if (hashAlgorithm != HashAlgorithmName.SHA512)
            return base.TryGetCertHash(hashAlgorithm, destination, out bytesWritten);
        var identity = _identity;
        bytesWritten = identity.AsSpan().TryCopyTo(destination) ? identity.Length : 0;
        return bytesWritten > 0;
    }

    private static byte[] NewIdentity() => RandomNumberGenerator.GetBytes(SHA512.HashSizeInBytes);
}
