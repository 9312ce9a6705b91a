using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;

namespace EdgeProxy.Sites;

/// <summary>The mark that this process leaves on what it forwards, so that it recognizes a request that comes back (RFC 8586).</summary>
internal static class LoopMark
{
    public const string Header = "CDN-Loop";

    /// <summary>A pseudonym of this process alone: a second EdgeProxy behind this one is no loop.</summary>
    public static string Token { get; } = $"edgeproxy-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";

    /// <summary>Whether a request whose header has these values carries the mark of this process.</summary>
    public static bool IsIn(StringValues values)
    {
        foreach (var line in values)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                var entry = line.AsSpan(range).Trim();
                var parameters = entry.IndexOf(';');
                if ((parameters < 0 ? entry : entry[..parameters].TrimEnd()).SequenceEqual(Token))
                    return true;
            }
        }

        return false;
    }
}
