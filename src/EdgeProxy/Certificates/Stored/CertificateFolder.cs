namespace EdgeProxy.Certificates.Stored;

/// <summary>Where the files of one name are in the data directory.</summary>
internal sealed class CertificateFolder(string dataDirectory, string name)
{
    // Names contain neither underscores nor slashes, so no two share a folder.
    private readonly string _folder = Path.Combine(
        dataDirectory, "certificates", name.Replace("*.", "wildcard_.", StringComparison.Ordinal).Replace(':', '_'));

    /// <summary>Exactly what the CA sent.</summary>
    public string Chain => Path.Combine(_folder, "fullchain.pem");

    public string Key => Path.Combine(_folder, "privkey.pem");

    /// <summary>The key of a certificate that is being obtained.</summary>
    public string NextKey => Path.Combine(_folder, "next.key");

    public string State => Path.Combine(_folder, "renewal.json");
}
