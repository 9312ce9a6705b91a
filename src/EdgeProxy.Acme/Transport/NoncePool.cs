using System.Collections.Concurrent;

namespace EdgeProxy.Acme;

/// <summary>Nonces the CA has given and nobody has used yet; the newest first, as CAs let old ones expire.</summary>
internal sealed class NoncePool
{
    private const int Capacity = 16;
    private readonly ConcurrentStack<string> _nonces = new();

    public string? Take() => _nonces.TryPop(out var nonce) ? nonce : null;

    public void Put(string? nonce)
    {
        if (nonce is not null && _nonces.Count < Capacity)
            _nonces.Push(nonce);
    }

    /// <summary>RFC 8555 §6.5.1: "Clients MUST ignore invalid Replay-Nonce values", those that are not base64url.</summary>
    public static string? Validate(string? value) => value is not null && Base64UrlAlphabet.Covers(value) ? value : null;
}
