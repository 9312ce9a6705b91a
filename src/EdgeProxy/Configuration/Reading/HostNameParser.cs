using System.Text.RegularExpressions;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Configuration.Reading;

/// <summary>A site's host name from what a person wrote, or a sentence about what is wrong with it.</summary>
internal static partial class HostNameParser
{
    public static string Parse(string text)
    {
        if (HostName.TryParse(text, out var name))
            return name;
        throw new FormatException($"\"{text}\" is not a host name: {Problem(text)}");
    }

    /// <summary>Whether a key under <c>Domains</c> is meant as a host but has a ':', which would split it into two keys.</summary>
    public static bool HasColon(string key) => HostWithColon().IsMatch(key);

    /// <summary>Why a key with a ':' cannot name a site.</summary>
    public static string ExplainColon(string key) => HostName.TryParseAddress(key, out var address)
        ? "an IPv6 address cannot be a key here, because ':' separates keys. "
            + $"Name the site differently and write \"{address}\" into its Aliases."
        : $"\"{key}\" is not a host name: {Problem(key)}";

    private static string Problem(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal))
            return "write it without scheme and path, such as example.org.";
        if (PortAtEnd().IsMatch(text))
            return "write it without the port; HttpPort and HttpsPort hold the ports for all sites.";
        if (text.Contains('/', StringComparison.Ordinal))
            return "write it without a path. Routes by path belong into YARP's section ReverseProxy.";
        if (text.Contains('*', StringComparison.Ordinal))
            return "a wildcard stands for the whole first label and nothing else, as in *.example.org.";
        if (text.Contains('_', StringComparison.Ordinal))
            return "host names have no underscore, and no CA issues a certificate for one. Use a hyphen.";
        if (text.All(letter => char.IsAsciiDigit(letter) || letter == '.'))
            return "a name that ends in a number is an IP address, and this is not a complete one.";
        return "write letters, digits and hyphens, in parts of 1 to 63 characters with a dot between them, such as www.example.org.";
    }

    [GeneratedRegex(@":\d*$")]
    private static partial Regex PortAtEnd();

    [GeneratedRegex(@"^\[|:\d*$|://|::")]
    private static partial Regex HostWithColon();
}
