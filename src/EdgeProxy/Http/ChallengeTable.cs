using System.Collections.Concurrent;

namespace EdgeProxy.Http;

/// <summary>The http-01 challenges that are open right now: token to key authorization (RFC 8555 §8.3). In memory only.</summary>
internal sealed class ChallengeTable
{
    private readonly ConcurrentDictionary<string, string> _authorizations = new(StringComparer.Ordinal);

    public void Add(string token, string keyAuthorization) => _authorizations[token] = keyAuthorization;

    public void Remove(string token) => _authorizations.TryRemove(token, out _);

    public string? Find(string token) => _authorizations.GetValueOrDefault(token);
}
