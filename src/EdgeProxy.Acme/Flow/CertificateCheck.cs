using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Acme;

/// <summary>Whether a certificate is the one that was asked for.</summary>
internal static class CertificateCheck
{
    /// <summary>What is wrong with <paramref name="leaf"/> as an answer to <paramref name="request"/>; null when nothing is.</summary>
    public static string? FindMismatch(X509Certificate2 leaf, OrderRequest request, DateTimeOffset now)
    {
        if (!leaf.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(PublicKeyOf(request.Key)))
            return "it is for another key";
        if (leaf.NotAfter.ToUniversalTime() <= now.UtcDateTime)
            return $"it expired at {leaf.NotAfter.ToUniversalTime():u}";
        var missing = request.Identifiers.Except(NamesOf(leaf)).ToList();
        return missing.Count == 0 ? null : $"it lacks {string.Join(", ", missing)}";
    }

    private static byte[] PublicKeyOf(AsymmetricAlgorithm key) => key.ExportSubjectPublicKeyInfo();

    private static IEnumerable<AcmeIdentifier> NamesOf(X509Certificate2 leaf)
    {
        var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        if (names is null)
            return [];
        return names.EnumerateDnsNames().Select(name => AcmeIdentifier.Dns(name.ToLowerInvariant()))
            .Concat(names.EnumerateIPAddresses().Select(AcmeIdentifier.Ip));
    }
}
