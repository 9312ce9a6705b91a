using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeProxy.Storage;

namespace EdgeProxy.Certificates.Stored;

/// <summary>The root of the local CA: internal-ca/root.pem, which users import, and root.key. Made when it is first needed,
/// and anew when it would soon end.</summary>
internal sealed class InternalRootStore(string dataDirectory, TimeProvider time, ILogger<InternalRootStore> logger)
{
    private const int LifetimeInYears = 10;

    // What it issues lives that long, and must not outlive it.
    private static readonly TimeSpan LeastLeft = TimeSpan.FromDays(90);

    private readonly Lock _lock = new();
    private readonly string _certificatePath = Path.Combine(dataDirectory, "internal-ca", "root.pem");
    private readonly string _keyPath = Path.Combine(dataDirectory, "internal-ca", "root.key");
    private X509Certificate2? _root;

    /// <summary>The root with its key; null when there is none that can be used.</summary>
    public X509Certificate2? Find()
    {
        lock (_lock)
        {
            try
            {
                return _root = Usable() ?? Load();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                logger.LogError("The local CA's root cannot be read: {Reason}", error.Message);
                return null;
            }
        }
    }

    public X509Certificate2 FindOrCreate()
    {
        lock (_lock)
            return _root = Usable() ?? Load() ?? Create();
    }

    private X509Certificate2? Usable() => _root is { } root && IsUsable(root) ? root : null;

    private bool IsUsable(X509Certificate2 root) => root.NotAfter.ToUniversalTime() > time.GetUtcNow() + LeastLeft;

    private X509Certificate2? Load()
    {
        if (File.Exists(_certificatePath) && File.Exists(_keyPath)
            && PemPairParser.TryParse(File.ReadAllText(_certificatePath), File.ReadAllText(_keyPath), out var pair, out _)
            && IsUsable(pair.Leaf))
            return pair.Leaf;
        SetAside(_certificatePath);
        SetAside(_keyPath);
        return null;
    }

    private void SetAside(string path)
    {
        if (File.Exists(path))
            logger.LogWarning("{File} is damaged, ends within three months or lacks its other half. It was set aside as {Aside}; devices that trusted it must "
                + "be given the new root", path, DamagedFile.SetAside(path));
    }

    private X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName($"EdgeProxy Local CA {Environment.MachineName}"[..Math.Min(64, 19 + Environment.MachineName.Length)]);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        // No intermediates: it signs servers' certificates itself.
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        var root = request.CreateSelfSigned(now.AddHours(-2), now.AddYears(LifetimeInYears));
        // The key first: a certificate without its key would be handed to devices in vain.
        AtomicFile.Write(_keyPath, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"), secret: true);
        AtomicFile.Write(_certificatePath, Encoding.ASCII.GetBytes(root.ExportCertificatePem() + "\n"));
        logger.LogInformation("Made a local CA. Import {File} into browsers and devices that shall trust it", _certificatePath);
        return root;
    }
}
