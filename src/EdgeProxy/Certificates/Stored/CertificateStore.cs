using System.Security.Cryptography;
using System.Text;
using EdgeProxy.Acme;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Observability;
using EdgeProxy.Storage;

namespace EdgeProxy.Certificates.Stored;

/// <summary>The certificates in the data directory. A crash between any two writes leaves a pair that <see cref="LoadAsync"/> can use:
/// the next key is there before its certificate, and takes the old key's place after it. Whoever changes anything holds the name's
/// lease.</summary>
internal sealed class CertificateStore(IDataDirectory directory, ILogger<CertificateStore> logger)
{
    /// <summary>Finds out whether anything can be written now, so that no order is placed whose certificate could not be kept.</summary>
    public Task ProbeWriteAsync(CancellationToken cancellationToken) => directory.ProbeWriteAsync(cancellationToken);

    /// <summary>Waits for the sole right to order and store this name's certificate.</summary>
    public Task<ILease> AcquireAsync(string name, CancellationToken cancellationToken) =>
        directory.AcquireAsync(new CertificateFolder(name).Folder, cancellationToken);

    /// <summary>What is stored, as it is. Needs no lease: a pair that another process is just replacing may look damaged.</summary>
    public async Task<StoredCertificate> LoadAsync(string name, CancellationToken cancellationToken)
    {
        var folder = new CertificateFolder(name);
        var (renewal, isDamaged) = await directory.LookAtJsonAsync<StoredRenewal>(folder.State, cancellationToken);
        var (chain, key) = (await ReadTextAsync(folder.Chain, cancellationToken), await ReadTextAsync(folder.Key, cancellationToken));
        if (chain is null && key is null)
            return new StoredCertificate(null, renewal, isDamaged);
        if (Parse(chain, key, name, out _) is { } whole)
            return new StoredCertificate(whole, renewal, isDamaged);
        var interrupted = Parse(chain, await ReadTextAsync(folder.NextKey, cancellationToken), name, out _);
        return new StoredCertificate(interrupted, renewal, NeedsRepair: true);
    }

    /// <summary>Completes a pair whose storing was interrupted, and sets aside what cannot be used.</summary>
    public async Task RepairAsync(string name, CancellationToken cancellationToken)
    {
        var folder = new CertificateFolder(name);
        await directory.RepairJsonAsync<StoredRenewal>(folder.State, logger, cancellationToken);
        var (chain, key) = (await ReadTextAsync(folder.Chain, cancellationToken), await ReadTextAsync(folder.Key, cancellationToken));
        if (Parse(chain, key, name, out var problem) is not null)
            return;
        if (Parse(chain, await ReadTextAsync(folder.NextKey, cancellationToken), name, out _) is not null)
        {
            await directory.RenameAsync(folder.NextKey, folder.Key, cancellationToken);
            logger.LogInformation(
                EdgeEvent.StoringCompleted.Id(), "Completed the certificate of {Name}, whose storing had been interrupted", name);
            return;
        }

        await directory.SetAsideAsync(folder.Chain, problem, logger, cancellationToken);
        await directory.SetAsideAsync(folder.Key, problem, logger, cancellationToken);
    }

    public Task SaveStateAsync(string name, StoredRenewal state, CancellationToken cancellationToken) =>
        directory.WriteJsonAsync(new CertificateFolder(name).State, state, secret: false, cancellationToken);

    /// <summary>The key that a pending order was placed with; null when there is none of this type.</summary>
    public async Task<AsymmetricAlgorithm?> LoadNextKeyAsync(string name, CertificateKeyType type, CancellationToken cancellationToken)
    {
        var path = new CertificateFolder(name).NextKey;
        if (await ReadTextAsync(path, cancellationToken) is not { } pem)
            return null;
        var key = PrivateKeyPem.TryParse(pem);
        if (key is null)
            await directory.SetAsideAsync(path, "it holds no private key", logger, cancellationToken);
        else if (KeyFactory.IsOfType(key, type))
            return key;
        key?.Dispose();
        return null;
    }

    /// <summary>Keeps the key of an order that is about to be placed. What is stored MUST have been repaired: the next key that is there
    /// may belong to what is served.</summary>
    public Task SaveNextKeyAsync(string name, AsymmetricAlgorithm key, CancellationToken cancellationToken) => directory.WriteAsync(
        new CertificateFolder(name).NextKey, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()), secret: true, cancellationToken);

    /// <summary>Stores the certificate that was issued for the next key, and returns it ready to be served.</summary>
    /// <returns>Without a certificate when it is not for that key or not for that name: then nothing was written, and the problem is a
    /// sentence.</returns>
    public async Task<(ServingCertificate? Certificate, string Problem)> InstallAsync(string name, byte[] chain)
    {
        var folder = new CertificateFolder(name);
        var nextKey = await ReadTextAsync(folder.NextKey, CancellationToken.None) ?? "";
        if (!PemPairParser.TryParse(Encoding.UTF8.GetString(chain), nextKey, out var certificate, out var problem))
            return (null, $"What the CA sent for {name} {problem}.");
        if (!certificate.Covers(name))
            return (null, $"The certificate that the CA sent is not for {name}.");
        await directory.WriteAsync(folder.Chain, chain, secret: false, CancellationToken.None);
        await directory.RenameAsync(folder.NextKey, folder.Key, CancellationToken.None);
        return (certificate, "");
    }

    private static ServingCertificate? Parse(string? chain, string? key, string name, out string problem)
    {
        problem = "its other half is missing";
        if (chain is null || key is null || !PemPairParser.TryParse(chain, key, out var certificate, out var fault))
            return null;
        problem = $"the certificate is not for {name}";
        return certificate.Covers(name) ? certificate : null;
    }

    private async Task<string?> ReadTextAsync(string key, CancellationToken cancellationToken) =>
        await directory.ReadAsync(key, cancellationToken) is { } content ? Encoding.UTF8.GetString(content) : null;
}

/// <summary>What is stored for a name.</summary>
/// <param name="Certificate">What can be served of it; null when there is nothing that can.</param>
/// <param name="Renewal">What is noted about it; null when there is nothing that can be understood.</param>
/// <param name="NeedsRepair">Whether something is there that is damaged or does not fit together.</param>
internal sealed record StoredCertificate(ServingCertificate? Certificate, StoredRenewal? Renewal, bool NeedsRepair);
