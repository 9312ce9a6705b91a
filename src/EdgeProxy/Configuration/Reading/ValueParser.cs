using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Configuration.Reading;

/// <summary>Single values from their text. Every method throws <see cref="FormatException"/> with a sentence for the person
/// who wrote it.</summary>
internal static partial class ValueParser
{
    public static int Port(string text) => Integer(text, 1, 65535);

    public static int PortOrOff(string text) => Integer(text, 0, 65535);

    public static int Count(string text) => Integer(text, 1, int.MaxValue);

    public static bool Boolean(string text) =>
        bool.TryParse(text, out var value) ? value : throw new FormatException($"\"{text}\" must be true or false.");

    public static long Bytes(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
        ? bytes
        : throw new FormatException(
            $"\"{text}\" is not a number of bytes: write digits only, such as 30000000 for 30 MB, or 0 for no limit.");

    /// <summary>A time span up to a week. Only <c>hh:mm:ss</c>, because .NET takes a bare "30" for thirty days.</summary>
    public static TimeSpan Duration(string text)
    {
        if (!DurationForm().IsMatch(text) || !TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var value))
            throw new FormatException($"\"{text}\" is not a duration: write hours:minutes:seconds, such as 00:00:30 for thirty seconds.");
        return value <= TimeSpan.FromDays(7) ? value : throw new FormatException($"\"{text}\" is longer than a week (7.00:00:00).");
    }

    public static TimeSpan PositiveDuration(string text) => Duration(text) is var value && value > TimeSpan.Zero
        ? value
        : throw new FormatException("must be longer than zero, such as 00:01:00.");

    public static string Path(string text) => text.Contains('\0', StringComparison.Ordinal)
        ? throw new FormatException("is not a path: it has a null character in it.")
        : text;

    public static T Choice<T>(string text, ImmutableArray<(string Name, T Value)> choices)
    {
        foreach (var (name, value) in choices)
        {
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        throw new FormatException($"\"{text}\" must be one of {string.Join(", ", choices.Select(choice => choice.Name))}.");
    }

    public static IPAddress Address(string text) => HostName.TryParseAddress(text, out var address)
        ? address
        : throw new FormatException($"\"{text}\" is not an IP address: write one such as 127.0.0.1, or * for all.");

    public static string BindAddress(string text) => text == ListenerConfig.AnyAddress ? text : Address(text).ToString();

    /// <summary>A network; a bare address is a network of one.</summary>
    public static IPNetwork Network(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (HostName.TryParseAddress(slash < 0 ? text : text[..slash], out var address))
        {
            if (slash < 0)
                return new IPNetwork(address, address.GetAddressBytes().Length * 8);
            if (IPNetwork.TryParse($"{address}{text[slash..]}", out var network))
                return network;
        }

        throw new FormatException($"\"{text}\" is not a network: write CIDR such as 10.0.0.0/8 or fd00::/8, or a single IP address.");
    }

    private static int Integer(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new FormatException($"\"{text}\" must be a whole number from {least} to {most}.");

    [GeneratedRegex(@"^(\d+\.)?\d\d?:\d\d:\d\d(\.\d{1,7})?\z")]
    private static partial Regex DurationForm();
}
