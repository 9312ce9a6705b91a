namespace EdgeProxy.Acme;

/// <summary>The http-01 challenge (RFC 8555 §8.3): a file the CA fetches on port 80, whose content is the key authorization.</summary>
public static class Http01
{
    /// <summary>Its name in the protocol.</summary>
    public const string ChallengeType = "http-01";

    /// <summary>The folder of the file; the token is its name.</summary>
    public const string PathPrefix = "/.well-known/acme-challenge/";
}
