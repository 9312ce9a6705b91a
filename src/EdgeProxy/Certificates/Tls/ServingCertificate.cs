using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Certificates.Tls;

/// <summary>A certificate ready for handshakes: key, chain exactly as it was given, and TLS options, all prepared once. Immutable.
/// Not disposed: handshakes may hold it at any moment; the collector frees it.</summary>
internal sealed class ServingCertificate
{
    /// <param name="leaf">With its private key.</param>
    /// <param name="chain">What is sent behind the leaf, in this order.</param>
    /// <param name="isPlaceholder">Whether it only stands in for a certificate that is not there yet.</param>
    public ServingCertificate(X509Certificate2 leaf, IReadOnlyList<X509Certificate2> chain, bool isPlaceholder = false)
    {
        Leaf = leaf;
        IsPlaceholder = isPlaceholder;
        NotBefore = new DateTimeOffset(leaf.NotBefore.ToUniversalTime());
        NotAfter = new DateTimeOffset(leaf.NotAfter.ToUniversalTime());
        Sessions = new SessionCertificate(leaf);
        Options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = ExactChain.CreateContext(Sessions, chain),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            // Kestrel writes a list of its own into options that have none, and these are shared by all handshakes.
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
    }

    public X509Certificate2 Leaf { get; }

    public bool IsPlaceholder { get; }

    public DateTimeOffset NotBefore { get; }

    public DateTimeOffset NotAfter { get; }

    /// <summary>Common name of the CA.</summary>
    public string Issuer => Leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: true);

    /// <summary>Shared by all handshakes; nothing may change it.</summary>
    public SslServerAuthenticationOptions Options { get; }

    private SessionCertificate Sessions { get; }

    /// <summary>Has handshakes use new session keys from now on. Sessions from before are not resumed any more.</summary>
    public void ForgetSessions() => Sessions.ForgetSessions();

    /// <summary>Whether a client that was shown this certificate would accept it for <paramref name="host"/>.</summary>
    /// <param name="host">A wildcard stands for a name that it matches.</param>
    public bool Covers(string host)
    {
        var name = host.StartsWith("*.", StringComparison.Ordinal) ? "any" + host[1..] : host;
        return Leaf.MatchesHostname(name, allowWildcards: true, allowCommonName: false);
    }
}
