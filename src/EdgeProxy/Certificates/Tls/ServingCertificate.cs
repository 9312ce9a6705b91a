using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Certificates.Tls;

/// <summary>A certificate ready for handshakes: key, chain exactly as it was given, and TLS options, all prepared once.
/// Immutable but for what <see cref="SessionAnchors"/> notes. Not disposed: handshakes may hold it at any moment; the collector frees it.</summary>
internal sealed class ServingCertificate
{
    private long _lastUsed;
    private volatile bool _isAnchored;

    /// <param name="leaf">With its private key.</param>
    /// <param name="chain">What is sent behind the leaf, in this order.</param>
    /// <param name="isPlaceholder">Whether it only stands in for a certificate that is not there yet.</param>
    public ServingCertificate(X509Certificate2 leaf, IReadOnlyList<X509Certificate2> chain, bool isPlaceholder = false)
    {
        Leaf = leaf;
        IsPlaceholder = isPlaceholder;
        NotBefore = new DateTimeOffset(leaf.NotBefore.ToUniversalTime());
        NotAfter = new DateTimeOffset(leaf.NotAfter.ToUniversalTime());
        Options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = ExactChain.CreateContext(leaf, chain),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
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

    /// <summary>Timestamp of the last handshake that used it; zero before the first.</summary>
    public long LastUsed
    {
        get => Volatile.Read(ref _lastUsed);
        set => Volatile.Write(ref _lastUsed, value);
    }

    /// <summary>Whether its sessions are, or are about to be, kept resumable.</summary>
    public bool IsAnchored
    {
        get => _isAnchored;
        set => _isAnchored = value;
    }

    /// <summary>Whether a client that was shown this certificate would accept it for <paramref name="host"/>.</summary>
    /// <param name="host">A wildcard stands for a name that it matches.</param>
    public bool Covers(string host) =>
        Leaf.MatchesHostname(host.StartsWith("*.", StringComparison.Ordinal) ? "any" + host[1..] : host, allowWildcards: true, allowCommonName: false);
}
