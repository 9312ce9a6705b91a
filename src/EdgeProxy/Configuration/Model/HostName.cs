using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EdgeProxy.Configuration.Model;

/// <summary>Host names in the one form that configuration, SNI and Host headers are compared in:
/// lower-case A-labels without port and trailing dot, IP addresses in canonical text without brackets.</summary>
internal static class HostName
{
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>Turns a host as written by a person (may be internationalized, may have a trailing dot) into the compared form.</summary>
    /// <returns>False when it is no host name and no IP address. A leading <c>*.</c> is kept.</returns>
    public static bool TryParse(string text, out string name)
    {
        name = "";
        var wildcard = text.StartsWith("*.", StringComparison.Ordinal);
        var bare = wildcard ? text[2..] : text;
        if (!wildcard && TryParseAddress(text, out var address))
        {
            name = address.ToString();
            return true;
        }

        try
        {
            // Lower case first: "BÜCHER" and "bücher" have different A-labels.
            var ascii = Idn.GetAscii((bare.EndsWith('.') ? bare[..^1] : bare).ToLowerInvariant());
            // A last label of digits is an IPv4 address to every client (URL Standard), so it can never be a name.
            if (ascii.Length is 0 or > 253 || ascii[(ascii.LastIndexOf('.') + 1)..].All(char.IsAsciiDigit))
                return false;
            name = wildcard ? "*." + ascii : ascii;
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>An IP address in full; IPv6 with or without brackets. Not the short forms of IPv4 (<c>127.1</c>, <c>80</c>).</summary>
    public static bool TryParseAddress(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        var bare = text.Length > 2 && text[0] == '[' && text[^1] == ']' ? text[1..^1] : text;
        return IPAddress.TryParse(bare, out address)
            && (address.ToString() == text
                || (address.AddressFamily == AddressFamily.InterNetworkV6 && !bare.Contains('[') && !bare.Contains('%')));
    }

    /// <summary>The name as it stands in a URL or a Host header: an IPv6 address in brackets.</summary>
    public static string InUrl(string name) => name.Contains(':', StringComparison.Ordinal) ? $"[{name}]" : name;

    /// <summary>The beginning of the name's https URLs, without a slash at the end; without the port where that is the usual one.</summary>
    public static string HttpsOrigin(string name, int port) =>
        port == 443 ? $"https://{InUrl(name)}" : string.Create(CultureInfo.InvariantCulture, $"https://{InUrl(name)}:{port}");

    /// <summary>The compared form of a Host header or SNI value; allocates only when it differs from what came in.</summary>
    public static string FromWire(string host)
    {
        var end = host.Length;
        if (end > 0 && host[0] == '[')
        {
            var close = host.IndexOf(']', StringComparison.Ordinal);
            return close > 0 && IPAddress.TryParse(host.AsSpan(1, close - 1), out var address) ? address.ToString() : host;
        }

        var colon = host.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0)
            end = colon;
        if (end > 1 && host[end - 1] == '.')
            end--;
        return (end == host.Length ? host : host[..end]).ToLowerInvariant();
    }
}
