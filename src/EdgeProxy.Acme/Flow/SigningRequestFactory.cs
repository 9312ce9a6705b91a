using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Acme;

/// <summary>Makes the PKCS#10 request of an order (RFC 8555 §7.4): an empty subject, the names as subject alternative names.</summary>
internal static class SigningRequestFactory
{
    private static readonly byte[] EmptyName = [0x30, 0x00];

    public static byte[] Create(IReadOnlyList<AcmeIdentifier> identifiers, AsymmetricAlgorithm key)
    {
        var request = RequestFor(key);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var identifier in identifiers)
        {
            if (identifier.Type == "ip")
                names.AddIpAddress(IPAddress.Parse(identifier.Value));
            else
                names.AddDnsName(identifier.Value);
        }
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSigningRequest();
    }

    private static CertificateRequest RequestFor(AsymmetricAlgorithm key) => key switch
    {
        ECDsa ec => new CertificateRequest(new X500DistinguishedName(EmptyName), ec, JsonWebKey.HashFor(ec)),
        RSA rsa => new CertificateRequest(new X500DistinguishedName(EmptyName), rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        _ => throw new ArgumentException("A certificate's key is ECDSA or RSA.", nameof(key)),
    };
}
