using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Certificates.Tls;

/// <summary>The X.509 extensions that every certificate of a web server needs.</summary>
internal static class ServerExtensions
{
    private static readonly Oid ServerAuthenticationUsage = new("1.3.6.1.5.5.7.3.1");

    public static X509Extension ServerAuthentication { get; } =
        new X509EnhancedKeyUsageExtension([ServerAuthenticationUsage], critical: false);

    public static X509Extension SignsHandshakesOnly { get; } =
        new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true);

    public static X509Extension AlternativeName(string name)
    {
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(name);
        return names.Build();
    }
}
