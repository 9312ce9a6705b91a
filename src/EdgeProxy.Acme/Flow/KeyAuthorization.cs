namespace EdgeProxy.Acme;

/// <summary>What links a challenge to an account's key (RFC 8555 §8.1).</summary>
public static class KeyAuthorization
{
    private const int LongestToken = 512;

    /// <summary><c>token || '.' || thumbprint</c>.</summary>
    /// <exception cref="AcmeException">The token is not one.</exception>
    public static string For(string? token, AcmeAccountKey key)
    {
        // RFC 8555 §8.3: the token "MUST NOT contain any characters outside the base64url alphabet and MUST NOT include base64
        // padding characters". It becomes part of a path here, so this is not only for form's sake.
        if (!IsToken(token)) throw new AcmeException("The CA sent a challenge whose token is not base64url; it is not used.");
        return $"{token}.{key.Thumbprint}";
    }

    /// <summary>Whether the text can be a token: not empty, at most 512 characters, all of base64url.</summary>
    public static bool IsToken(string? token) =>
        token is { Length: <= LongestToken } && Base64UrlAlphabet.Covers(token);
}
