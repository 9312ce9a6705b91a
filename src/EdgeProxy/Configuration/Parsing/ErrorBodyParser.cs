using System.Globalization;
using EdgeProxy.Configuration.Keys;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Parsing;

/// <summary>Parses the section <c>Errors</c> of a site: JSON bodies by status.</summary>
internal static class ErrorBodyParser
{
    /// <summary>The statuses that may have a body of the site. Not 404, which the proxy answers only before it knows the site.</summary>
    public static readonly ValueList<int> Statuses = [400, 405, 408, 413, 421, 429, 431, 502, 503, 504, 508];

    private static readonly string Listed = string.Join(", ", Statuses.AsEnumerable());

    public static ErrorBodies Parse(ConfigSection section)
    {
        var bodies = new SortedDictionary<int, ValueList<byte>>();
        foreach (var (name, body) in section.ReadAll(SiteKeys.ErrorBody))
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var status) || !Statuses.Contains(status))
                section.Fail(name, $"must be the status of an error that EdgeProxy itself answers for a site: {Listed}.");
            else if (body.Count > 0)
                bodies[status] = body;
        }

        return new ErrorBodies([.. bodies.Select(pair => new ErrorBodies.Body(pair.Key, pair.Value))]);
    }
}
