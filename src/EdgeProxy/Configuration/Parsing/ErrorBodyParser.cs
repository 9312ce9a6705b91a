using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Parsing;

/// <summary>The section <c>Errors</c> of a site: JSON text by status. (An object written inline arrives here as its JSON text:
/// the reader of the JSON files keeps it whole.)</summary>
internal static class ErrorBodyParser
{
    /// <summary>The errors that the proxy itself answers for a site. 404 and 431 are not among them: it then knows of none.</summary>
    private static readonly int[] Statuses = [400, 413, 421, 502, 503, 504];

    public static ErrorBodies Parse(ConfigSection section)
    {
        var bodies = new SortedDictionary<int, ValueList<byte>>();
        foreach (var key in section.Keys)
        {
            var body = section.Read(key, [], Body);
            if (int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && Statuses.Contains(status))
                bodies[status] = body;
            else
                section.Fail(key, $"must be the status of an error that EdgeProxy itself answers for a site: {string.Join(", ", Statuses)}.");
        }

        return new ErrorBodies([.. bodies.Where(pair => pair.Value.Count > 0).Select(pair => new ErrorBodies.Body(pair.Key, pair.Value))]);
    }

    private static ValueList<byte> Body(string text)
    {
        try
        {
            using var _ = JsonDocument.Parse(text);
            return [.. Encoding.UTF8.GetBytes(text)];
        }
        catch (JsonException)
        {
            throw new FormatException("is not JSON: write the body as an object, such as { \"code\": \"BAD_GATEWAY\" }.");
        }
    }
}
