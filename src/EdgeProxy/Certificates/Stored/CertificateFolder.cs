namespace EdgeProxy.Certificates.Stored;

/// <summary>The keys of one name in the data directory.</summary>
internal sealed class CertificateFolder(string name)
{
    // Names contain neither underscores nor slashes, so no two share a folder.
    public string Folder { get; } = "certificates/" + name.Replace("*.", "wildcard_.", StringComparison.Ordinal).Replace(':', '_');

    /// <summary>Exactly what the CA sent.</summary>
    public string Chain => Folder + "/fullchain.pem";

    public string Key => Folder + "/privkey.pem";

    /// <summary>The key of a certificate that is being obtained.</summary>
    public string NextKey => Folder + "/next.key";

    public string State => Folder + "/renewal.json";
}
