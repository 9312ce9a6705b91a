using System.Collections.ObjectModel;
using System.Net.Security;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Certificates.Tls;

/// <summary>Makes TLS contexts that send the chain as it was given. The public factory rebuilds it from the machine's trust store and drops
/// a cross-signed root whose self-signed twin is trusted here, which older clients cannot do without.</summary>
internal static class ExactChain
{
    /// <summary>False when this runtime has lost the constructor that takes the chain as it is; chains are then rebuilt by the
    /// runtime.</summary>
    public static bool IsSupported { get; } = typeof(SslStreamCertificateContext).GetConstructor(
        BindingFlags.Instance | BindingFlags.NonPublic,
        [typeof(X509Certificate2), typeof(ReadOnlyCollection<X509Certificate2>), typeof(SslCertificateTrust)]) is not null;

    public static SslStreamCertificateContext CreateContext(X509Certificate2 leaf, IReadOnlyList<X509Certificate2> chain) => IsSupported
        ? NewContext(leaf, new ReadOnlyCollection<X509Certificate2>([.. chain]), null)
        : SslStreamCertificateContext.Create(leaf, [.. chain], offline: true);

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern SslStreamCertificateContext NewContext(
        X509Certificate2 target, ReadOnlyCollection<X509Certificate2> intermediates, SslCertificateTrust? trust);
}
