namespace EdgeProxy.Configuration.Model;

/// <summary>Where a name's certificate comes from: a closed set.</summary>
internal abstract record CertificateSource
{
    internal sealed record Acme(AcmeConfig Authority) : CertificateSource;

    /// <summary>A PEM pair on disk (full paths), watched.</summary>
    internal sealed record File(string Path, string KeyPath) : CertificateSource;

    /// <summary>The internal CA, which is kept in the data directory.</summary>
    internal sealed record Internal : CertificateSource;
}

/// <summary>How to talk to one ACME CA (RFC 8555). Compared by value: equal means the same CA, account and order parameters.</summary>
internal sealed record AcmeConfig
{
    /// <summary>The CA that is used where none is chosen.</summary>
    public static readonly Uri LetsEncrypt = new("https://acme-v02.api.letsencrypt.org/directory");

    public static readonly Uri LetsEncryptStaging = new("https://acme-staging-v02.api.letsencrypt.org/directory");

    public required Uri DirectoryUrl { get; init; }

    /// <summary>Contact address; null for none.</summary>
    public string? Email { get; init; }

    public bool AcceptTermsOfService { get; init; }

    /// <summary>Full path of a PEM file with roots to trust beside the system's when talking to the CA.</summary>
    public string? TrustedRoots { get; init; }

    public CertificateKeyType KeyType { get; init; } = CertificateKeyType.P256;

    /// <summary>ACME profile; null lets the CA choose.</summary>
    public string? Profile { get; init; }

    public ExternalAccount? ExternalAccount { get; init; }
}

/// <summary>External account binding (RFC 8555 §7.3.4). The key is a secret and is never printed.</summary>
internal sealed record ExternalAccount(string KeyId, string HmacKey)
{
    public override string ToString() => $"ExternalAccount {{ KeyId = {KeyId} }}";
}

/// <summary>The kinds of private key that a certificate can be ordered for.</summary>
internal enum CertificateKeyType
{
    P256,
    P384,
    RSA2048,
    RSA3072,
    RSA4096,
}
