using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EdgeProxy.Acme;

/// <summary>A name a certificate can be for: <c>dns</c> (RFC 8555 §9.7.7) or <c>ip</c> (RFC 8738).</summary>
/// <param name="Type">The kind: <c>dns</c> or <c>ip</c>.</param>
/// <param name="Value">The name in lower case and ASCII, or the address in its canonical text form.</param>
public sealed record AcmeIdentifier(string Type, string Value)
{
    /// <summary>The name in lower case and ASCII, or the address in its canonical text form.</summary>
    public string Value { get; } = Type == "dns" ? Value.ToLowerInvariant() : Value;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>A host name; a first label <c>*</c> makes it a wildcard.</summary>
    public static AcmeIdentifier Dns(string name) => new("dns", name);

    /// <summary>An IPv4 or IPv6 address.</summary>
    public static AcmeIdentifier Ip(IPAddress address) => new("ip", address.ToString());

    /// <summary>
    /// Reads a host as people write it: any case, a trailing dot, letters beyond ASCII, an IPv6 address with or without brackets.
    /// </summary>
    /// <exception cref="FormatException">The text is neither a host name nor an IP address.</exception>
    public static AcmeIdentifier Parse(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (IPAddress.TryParse(host, out var address) && IsWrittenInFull(address, host))
            return Ip(address);
        return Dns(ParseName(host));
    }

    /// <summary>The name itself.</summary>
    public override string ToString() => Value;

    /// <summary>The parser also reads <c>1</c> and <c>0x7f.1</c> as addresses, but who writes these does not mean an address.</summary>
    private static bool IsWrittenInFull(IPAddress address, string host) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == host;

    private static string ParseName(string host)
    {
        var (wildcard, name) = host.StartsWith("*.", StringComparison.Ordinal) ? ("*.", host[2..]) : ("", host);
        try
        {
            // Lower case first: without ICU, "BÜCHER" and "bücher" have different A-labels.
            var ascii = Idn.GetAscii(name.ToLowerInvariant());
            return wildcard + (ascii.EndsWith('.') ? ascii[..^1] : ascii);
        }
        catch (ArgumentException exception)
        {
            throw new FormatException($"\"{ProblemText.Clean(host)}\" is neither a host name nor an IP address.", exception);
        }
    }
}
