using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeProxy.Observability;
using EdgeProxy.Storage;

namespace EdgeProxy.Certificates.Stored;

/// <summary>The root of the internal CA: internal-ca/root.pem, which users import, and root.key. Made when it is first needed,
/// and anew when it would soon end.</summary>
internal sealed class InternalRootStore(IDataDirectory directory, TimeProvider time, ILogger<InternalRootStore> logger)
{
    private const string Folder = "internal-ca";
    private const string CertificateKey = Folder + "/root.pem";
    private const string PrivateKey = Folder + "/root.key";
    private const int LifetimeInYears = 10;

    // A certificate that it issues lives that long, and must not outlive it.
    private static readonly TimeSpan LeastLeft = TimeSpan.FromDays(90);

    private volatile X509Certificate2? _root;

    private SemaphoreSlim One { get; } = new(1);

    /// <summary>The root with its key, as far as it is known without looking; null when none is that can be used.</summary>
    public X509Certificate2? Known => _root is { } root && IsUsable(root) ? root : null;

    /// <summary>Reads what is stored, so that <see cref="Known"/> has it.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            _root = await ReadAsync(cancellationToken);
        }
        catch (DataDirectoryException exception)
        {
            logger.LogError(EdgeEvent.InternalRootUnusable.Id(), "The local CA's root cannot be used: {Reason}", exception.Message);
        }
    }

    public async Task<X509Certificate2> FindOrCreateAsync(CancellationToken cancellationToken)
    {
        if (Known is { } known)
            return known;
        // Thousands of names may ask at once; among processes the lease decides.
        await One.WaitAsync(cancellationToken);
        try
        {
            return Known ?? (_root = await ReadAsync(cancellationToken) ?? await CreateAsync(cancellationToken));
        }
        finally
        {
            One.Release();
        }
    }

    private bool IsUsable(X509Certificate2 root) => root.NotAfter.ToUniversalTime() > time.GetUtcNow() + LeastLeft;

    private async Task<X509Certificate2?> ReadAsync(CancellationToken cancellationToken)
    {
        if (await directory.ReadAsync(CertificateKey, cancellationToken) is { } certificate
            && await directory.ReadAsync(PrivateKey, cancellationToken) is { } key
            && PemPairParser.TryParse(Encoding.UTF8.GetString(certificate), Encoding.UTF8.GetString(key), out var pair, out _)
            && IsUsable(pair.Leaf))
            return pair.Leaf;
        return null;
    }

    private async Task<X509Certificate2> CreateAsync(CancellationToken cancellationToken)
    {
        await using var lease = await directory.AcquireAsync(Folder, cancellationToken);
        if (await ReadAsync(cancellationToken) is { } madeMeanwhile)
            return madeMeanwhile;
        await SetAsideAsync(CertificateKey, cancellationToken);
        await SetAsideAsync(PrivateKey, cancellationToken);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = CreateRoot(key, time.GetUtcNow());
        await lease.EnsureHeldAsync(cancellationToken);
        // The key is stored first: users import the certificate into devices, which is of no use without its key.
        await WriteAsync(PrivateKey, key.ExportPkcs8PrivateKeyPem(), secret: true, cancellationToken);
        await WriteAsync(CertificateKey, root.ExportCertificatePem(), secret: false, cancellationToken);
        logger.LogInformation(
            EdgeEvent.InternalRootMade.Id(),
            "Made a local CA. Import {File} into browsers and devices that shall trust it", directory.PathOf(CertificateKey));
        return root;
    }

    private Task WriteAsync(string key, string pem, bool secret, CancellationToken cancellationToken) =>
        directory.WriteAsync(key, Encoding.ASCII.GetBytes(pem + "\n"), secret, cancellationToken);

    private Task SetAsideAsync(string key, CancellationToken cancellationToken) => directory.SetAsideAsync(
        key, "it is damaged, ends within three months or lacks its other half; devices that trusted it must be given the new root",
        logger, cancellationToken);

    private static X509Certificate2 CreateRoot(ECDsa key, DateTimeOffset now)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName($"EdgeProxy Local CA {Environment.MachineName}"[..Math.Min(64, 19 + Environment.MachineName.Length)]);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        // No intermediates: it signs servers' certificates itself. No name constraints: a site of any name may ask for it, and a root that
        // devices have imported cannot be widened later.
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(now.AddHours(-2), now.AddYears(LifetimeInYears));
    }
}
