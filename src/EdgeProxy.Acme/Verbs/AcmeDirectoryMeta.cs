namespace EdgeProxy.Acme;

/// <summary>What a CA says about itself in its directory.</summary>
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
