using System.Text.Json.Serialization;

namespace EdgeProxy.Certificates.Stored;

/// <summary>An account at a CA: the content of account.json.</summary>
internal sealed record StoredAccount
{
    public required Uri Directory { get; init; }

    /// <summary>The account's key in PEM. A secret.</summary>
    public required string Key { get; init; }

    /// <summary>The account's URL; null as long as the CA has not confirmed it.</summary>
    public Uri? Url { get; init; }

    /// <summary>The mail address that the CA was last told.</summary>
    public string? Contact { get; init; }

    /// <summary>The external account it is bound to.</summary>
    public string? ExternalAccount { get; init; }

    /// <summary>Its key in the data directory.</summary>
    [JsonIgnore]
    public string StoredAs { get; init; } = "";

    public override string ToString() => $"account {Url} at {Directory}";
}
