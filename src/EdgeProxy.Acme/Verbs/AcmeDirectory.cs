namespace EdgeProxy.Acme;

/// <summary>Where a CA's operations are (RFC 8555 §7.1.1). What the CA does not offer is null.</summary>
public sealed record AcmeDirectory
{
    /// <summary>Gives nonces.</summary>
    public required Uri NewNonce { get; init; }

    /// <summary>Registers and finds accounts.</summary>
    public required Uri NewAccount { get; init; }

    /// <summary>Takes orders.</summary>
    public required Uri NewOrder { get; init; }

    /// <summary>Revokes certificates.</summary>
    public Uri? RevokeCert { get; init; }

    /// <summary>Changes an account's key.</summary>
    public Uri? KeyChange { get; init; }

    /// <summary>What the CA says about itself.</summary>
    public AcmeDirectoryMeta? Meta { get; init; }

    internal AcmeDirectory From(AcmeResponse response) => this with
    {
        NewNonce = response.Resolve(NewNonce),
        NewAccount = response.Resolve(NewAccount),
        NewOrder = response.Resolve(NewOrder),
        RevokeCert = RevokeCert is null ? null : response.Resolve(RevokeCert),
        KeyChange = KeyChange is null ? null : response.Resolve(KeyChange),
    };
}

/// <summary>What a CA says about itself in its directory (RFC 8555 §7.1.1).</summary>
public sealed record AcmeDirectoryMeta
{
    /// <summary>The terms of service to agree to.</summary>
    public string? TermsOfService { get; init; }

    /// <summary>The CA's home page.</summary>
    public string? Website { get; init; }

    /// <summary>The names that stand for this CA in CAA records.</summary>
    public IReadOnlyList<string>? CaaIdentities { get; init; }

    /// <summary>New accounts need an <see cref="ExternalAccountBinding"/>.</summary>
    public bool ExternalAccountRequired { get; init; }

    /// <summary>Certificate profiles by name with a description (draft-ietf-acme-profiles); null where the CA has none.</summary>
    public IReadOnlyDictionary<string, string>? Profiles { get; init; }
}
