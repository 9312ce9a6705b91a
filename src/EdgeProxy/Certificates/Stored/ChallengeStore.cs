using EdgeProxy.Storage;

namespace EdgeProxy.Certificates.Stored;

/// <summary>The http-01 challenges that are open, for other processes on the same data directory: a CA may come to any of them.</summary>
internal sealed class ChallengeStore(IDataDirectory directory, TimeProvider time)
{
    private const string Folder = "challenges";
    private const int LongestToken = 200;

    // Far longer than any order takes.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    public Task AddAsync(string token, string keyAuthorization, CancellationToken cancellationToken) => directory.WriteJsonAsync(
        KeyOf(token), new StoredChallenge(keyAuthorization, time.GetUtcNow() + Lifetime), secret: true, cancellationToken);

    /// <summary>The key authorization; null for a token that is not one of ours, or none at all.</summary>
    public async Task<string?> FindAsync(string token, CancellationToken cancellationToken) => IsToken(token)
        ? (await directory.ReadJsonAsync<StoredChallenge>(KeyOf(token), cancellationToken))?.KeyAuthorization
        : null;

    public Task RemoveAsync(string token, CancellationToken cancellationToken) => directory.RemoveAsync(KeyOf(token), cancellationToken);

    /// <summary>Removes what processes that died have left behind.</summary>
    public async Task RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        foreach (var key in await directory.ListAsync(Folder, cancellationToken))
        {
            var challenge = await directory.ReadJsonAsync<StoredChallenge>(key, cancellationToken);
            if (challenge?.Expires < time.GetUtcNow())
                await directory.RemoveAsync(key, cancellationToken);
        }
    }

    private static string KeyOf(string token) =>
        IsToken(token) ? $"{Folder}/{token}" : throw new ArgumentException("It is no token.", nameof(token));

    // RFC 8555 §8.3: characters of base64url only, so that none leads elsewhere.
    private static bool IsToken(string token) => token.Length is > 0 and <= LongestToken && token.All(IsBase64Url);

    private static bool IsBase64Url(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_';

    private sealed record StoredChallenge(string KeyAuthorization, DateTimeOffset Expires);
}
