namespace EdgeProxy.Certificates.Stored;

/// <summary>What must survive a restart about one name: the content of renewal.json.</summary>
internal sealed record StoredRenewal
{
    /// <summary>The CA that is asked; attempts and errors below concern it.</summary>
    public required string Authority { get; init; }

    /// <summary>When it is asked next.</summary>
    public required DateTimeOffset Due { get; init; }

    /// <summary>Failed attempts in a row.</summary>
    public int Failures { get; init; }

    public string? LastError { get; init; }

    /// <summary>An order placed with next.key whose certificate is not here yet.</summary>
    public Uri? Order { get; init; }

    /// <summary>Failed attempts that the order may be to blame for; null when there are none.</summary>
    public int? OrderFailures { get; init; }

    /// <summary>Thumbprint of the certificate on disk that this was written for; null when there was none.</summary>
    public string? Certificate { get; init; }

    /// <summary>The CA that certificate came from.</summary>
    public string? IssuedBy { get; init; }
}
