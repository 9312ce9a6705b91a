using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Parsing;

/// <summary>One <c>Acme</c> section as written: null where nothing is. The general one, or what a site says instead.</summary>
/// <param name="Section">Where the terms of service have to be agreed to.</param>
internal sealed record AcmeOptions(ConfigSection Section)
{
    public Uri? DirectoryUrl { get; init; }

    public bool? Staging { get; init; }

    public string? Email { get; init; }

    public bool? AcceptTermsOfService { get; init; }

    public string? TrustedRoots { get; init; }

    public CertificateKeyType? KeyType { get; init; }

    public string? Profile { get; init; }

    public ExternalAccount? ExternalAccount { get; init; }

    private bool ChoosesCa => DirectoryUrl is not null || Staging is true;

    /// <summary>These settings, and <paramref name="general"/> ones where there are none here. What belongs to the general CA
    /// (its directory, the account bound there) does not come along to another one.</summary>
    public AcmeOptions Over(AcmeOptions general) => new(ChoosesCa || AcceptTermsOfService is not null ? Section : general.Section)
    {
        DirectoryUrl = ChoosesCa ? DirectoryUrl : general.DirectoryUrl,
        Staging = ChoosesCa ? Staging : Staging ?? general.Staging,
        Email = Email ?? general.Email,
        AcceptTermsOfService = AcceptTermsOfService ?? general.AcceptTermsOfService,
        TrustedRoots = TrustedRoots ?? general.TrustedRoots,
        KeyType = KeyType ?? general.KeyType,
        Profile = Profile ?? general.Profile,
        ExternalAccount = ExternalAccount ?? (ChoosesCa ? null : general.ExternalAccount),
    };
}
