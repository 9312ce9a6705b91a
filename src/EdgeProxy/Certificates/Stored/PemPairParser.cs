using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Certificates.Stored;

/// <summary>Turns the text of a certificate file and of a key file into a certificate to serve, or into what is wrong with them.</summary>
internal static class PemPairParser
{
    // Clients give up a handshake in which a chain is sent that is much longer than any real one.
    private const int LongestChain = 11;

    private const string RsaOid = "1.2.840.113549.1.1.1";
    private const string EllipticCurveOid = "1.2.840.10045.2.1";

    /// <param name="chain">The server's certificate first, then what is sent behind it.</param>
    /// <param name="key">PKCS#8, PKCS#1 or SEC1, not encrypted.</param>
    /// <param name="problem">Otherwise what is wrong, as a predicate whose subject the caller adds: "has no ...".</param>
    public static bool TryParse(string chain, string key, [NotNullWhen(true)] out ServingCertificate? certificate, out string problem)
    {
        certificate = null;
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(chain);
        }
        catch (CryptographicException)
        {
            certificates.Clear();
        }

        problem = FindProblem(chain, certificates.Count, key);
        if (problem.Length > 0)
            return false;

        try
        {
            certificate = new ServingCertificate(WithKey(certificates[0], key), [.. certificates.Skip(1)]);
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            // The exception's text is left out: nothing that touches a key may reach a log.
            problem = "has a private key that is damaged or does not belong to its first certificate";
        }
        catch (NotSupportedException)
        {
            problem = "has a key of a kind that TLS servers here cannot use; use an RSA or elliptic curve key";
        }

        return false;
    }

    private static string FindProblem(string chain, int certificates, string key)
    {
        var begun = chain.AsSpan().Count("-----BEGIN CERTIFICATE-----");
        if (begun == 0)
            return "has no PEM certificate in its certificate file";
        if (certificates != begun || HasCutBoundary(chain))
            return "has a certificate file that is damaged or only half written";
        if (begun > LongestChain)
            return $"has {begun} certificates in its certificate file; put the server's own and its chain there, {LongestChain} at most";
        if (key.Contains("ENCRYPTED", StringComparison.Ordinal))
            return "has an encrypted private key; decrypt it first, for example with: openssl pkey -in key.pem -out plain.pem";
        return key.Contains("PRIVATE KEY-----", StringComparison.Ordinal) ? "" : "has no PEM private key in its key file";
    }

    /// <summary>A file that is being written may end within a line such as <c>-----BEGIN CERTI</c>, which no parser takes for
    /// anything.</summary>
    private static bool HasCutBoundary(string chain) => chain.Split('\n').Any(line =>
        line.StartsWith('-') && !(line.Length > 10 && line.TrimEnd().EndsWith("-----", StringComparison.Ordinal)));

    private static X509Certificate2 WithKey(X509Certificate2 leaf, string key)
    {
        switch (leaf.PublicKey.Oid.Value)
        {
            case RsaOid:
                using (var rsa = RSA.Create())
                {
                    rsa.ImportFromPem(key);
                    return leaf.CopyWithPrivateKey(rsa);
                }

            case EllipticCurveOid:
                using (var curve = ECDsa.Create())
                {
                    curve.ImportFromPem(key);
                    return leaf.CopyWithPrivateKey(curve);
                }

            default:
                throw new NotSupportedException();
        }
    }
}
