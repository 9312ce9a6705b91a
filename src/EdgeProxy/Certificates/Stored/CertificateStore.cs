using System.Security.Cryptography;
using System.Text;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Storage;

namespace EdgeProxy.Certificates.Stored;

/// <summary>The certificates on disk. A crash between any two writes leaves a pair that <see cref="Load"/> can use or complete:
/// the next key is there before its certificate, and takes the old key's place after it.</summary>
internal sealed class CertificateStore(string dataDirectory, ILogger<CertificateStore> logger)
{
    /// <summary>Finds out whether files can be written now, so that no order is placed whose certificate could not be kept.</summary>
    public void ProbeWrite() => PrivateFolder.ProbeWrite(dataDirectory);

    /// <summary>The certificate on disk; null when there is none that can be used. What cannot be used is set aside.</summary>
    public ServingCertificate? Load(string name)
    {
        var folder = new CertificateFolder(dataDirectory, name);
        try
        {
            return LoadPair(name, folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            logger.LogError("The certificate of {Name} on disk cannot be used: {Reason}", name, error.Message);
            return null;
        }
    }

    public StoredRenewal? LoadState(string name)
    {
        try
        {
            return JsonFile.Read<StoredRenewal>(new CertificateFolder(dataDirectory, name).State, logger);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            logger.LogError("The renewal state of {Name} cannot be read: {Reason}", name, error.Message);
            return null;
        }
    }

    public void SaveState(string name, StoredRenewal state) => JsonFile.Write(new CertificateFolder(dataDirectory, name).State, state);

    /// <summary>The key that a pending order was placed with; null when there is none of this type.</summary>
    public AsymmetricAlgorithm? LoadNextKey(string name, CertificateKeyType type)
    {
        var path = new CertificateFolder(dataDirectory, name).NextKey;
        if (!File.Exists(path))
            return null;
        var key = KeyFactory.FromPem(File.ReadAllText(path));
        if (key is null)
            SetAside(path, "it holds no private key");
        else if (KeyFactory.IsOfType(key, type))
            return key;
        key?.Dispose();
        return null;
    }

    public void SaveNextKey(string name, AsymmetricAlgorithm key)
    {
        var folder = new CertificateFolder(dataDirectory, name);
        // The one that is there may belong to what is served, if loading could not complete it.
        if (Parse(ReadText(folder.Chain), ReadText(folder.NextKey), name, out _) is not null)
            AtomicFile.Rename(folder.NextKey, folder.Key);
        AtomicFile.Write(folder.NextKey, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()), secret: true);
    }

    /// <summary>Keeps the certificate that was issued for the next key, and gives it back as it is served.</summary>
    /// <param name="name">The name that it was ordered for.</param>
    /// <param name="chain">What the CA sent.</param>
    /// <param name="problem">Why it cannot be used, as a sentence. Nothing was written then.</param>
    /// <returns>Null when it is not for that key or not for that name.</returns>
    public ServingCertificate? Install(string name, byte[] chain, out string problem)
    {
        var folder = new CertificateFolder(dataDirectory, name);
        if (!PemPairParser.TryParse(Encoding.UTF8.GetString(chain), File.ReadAllText(folder.NextKey), out var certificate, out problem))
        {
            problem = $"What the CA sent for {name} {problem}.";
            return null;
        }

        if (!certificate.Covers(name))
        {
            problem = $"The certificate that the CA sent is not for {name}.";
            return null;
        }

        AtomicFile.Write(folder.Chain, chain);
        AtomicFile.Rename(folder.NextKey, folder.Key);
        return certificate;
    }

    private ServingCertificate? LoadPair(string name, CertificateFolder folder)
    {
        var chain = ReadText(folder.Chain);
        if (Parse(chain, ReadText(folder.Key), name, out var problem) is { } certificate)
            return certificate;
        if (Parse(chain, ReadText(folder.NextKey), name, out _) is { } interrupted)
        {
            TryComplete(name, folder);
            return interrupted;
        }

        SetAside(folder.Chain, problem);
        SetAside(folder.Key, problem);
        return null;
    }

    private void TryComplete(string name, CertificateFolder folder)
    {
        try
        {
            AtomicFile.Rename(folder.NextKey, folder.Key);
            logger.LogInformation("Completed the certificate of {Name}, whose storing had been interrupted", name);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("The certificate of {Name} is served, but its storing, which had been interrupted, cannot be completed: {Reason}",
                name, error.Message);
        }
    }

    private static ServingCertificate? Parse(string? chain, string? key, string name, out string problem)
    {
        problem = "its other half is missing";
        if (chain is null || key is null || !PemPairParser.TryParse(chain, key, out var certificate, out problem))
            return null;
        problem = $"the certificate is not for {name}";
        return certificate.Covers(name) ? certificate : null;
    }

    private static string? ReadText(string path) => File.Exists(path) ? File.ReadAllText(path) : null;

    private void SetAside(string path, string problem)
    {
        if (File.Exists(path))
            logger.LogWarning("{File} cannot be used: {Problem}. It was set aside as {Aside}", path, problem, DamagedFile.SetAside(path));
    }
}
