using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Certificates.Issuing;

/// <summary>Issues certificates from the internal CA in the data directory.</summary>
internal sealed class InternalIssuer(InternalRootStore roots, TimeProvider time) : ICertificateIssuer
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    // Clients' clocks differ by minutes, and one that is behind must accept the certificate, too.
    private static readonly TimeSpan Backdating = TimeSpan.FromHours(1);

    public string Authority => roots.Known is { } root ? $"internal:{root.Thumbprint}" : "internal";

    public CertificateKeyType KeyType => CertificateKeyType.P256;

    /// <summary>Every name may order as soon as there is a root; then <see cref="Authority"/> is known, too.</summary>
    public async Task<IDisposable> TakeTurnAsync(string name, bool hasFailed, CancellationToken cancellationToken)
    {
        await roots.FindOrCreateAsync(cancellationToken);
        return new Turn();
    }

    public async Task<byte[]> IssueAsync(Issuance issuance, CancellationToken cancellationToken)
    {
        var root = await roots.FindOrCreateAsync(cancellationToken);
        // A root that was made before the clock was set back begins in the future, and no certificate may begin before its root.
        var begin = Later(time.GetUtcNow() - Backdating, root.NotBefore.ToUniversalTime());
        var end = Earlier(begin + Backdating + Lifetime, root.NotAfter.ToUniversalTime());
        var request = CreateRequest(issuance.Name, (ECDsa)issuance.Key, root);
        using var leaf = request.Create(root, begin, end, RandomNumberGenerator.GetBytes(16));
        return Encoding.ASCII.GetBytes(leaf.ExportCertificatePem() + "\n");
    }

    public void Dispose()
    {
        // The root belongs to its store.
    }

    private static CertificateRequest CreateRequest(string name, ECDsa key, X509Certificate2 root)
    {
        // A common name holds 64 characters; only the alternative name counts anyway.
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name.Length <= 64 ? name : "EdgeProxy site");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(ServerExtensions.AlternativeName(name));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(ServerExtensions.SignsHandshakesOnly);
        request.CertificateExtensions.Add(ServerExtensions.ServerAuthentication);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        return request;
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private sealed class Turn : IDisposable
    {
        public void Dispose()
        {
            // Any number of names may have their turn at once.
        }
    }
}
