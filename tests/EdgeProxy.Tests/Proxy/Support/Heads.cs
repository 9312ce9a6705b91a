namespace EdgeProxy.Tests.Proxy;

internal static class Heads
{
    /// <summary>The headers of a message; lines of the same name joined with <c>" | "</c>.</summary>
    public static Dictionary<string, string> Parse(string head) => head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1)
        .Select(line => line.Split(": ", 2))
        .GroupBy(pair => pair[0], pair => pair.Length > 1 ? pair[1] : "", StringComparer.OrdinalIgnoreCase)
        .ToDictionary(group => group.Key, group => string.Join(" | ", group), StringComparer.OrdinalIgnoreCase);
}

internal static class Sections
{
    /// <summary>A section whose only route matches nothing that is asked for; another one for each <paramref name="number"/>.</summary>
    public static Dictionary<string, string?> Nowhere(int number) => new()
    {
        ["ReverseProxy:Routes:nowhere:ClusterId"] = "one",
        ["ReverseProxy:Routes:nowhere:Match:Path"] = $"/nowhere/{number}",
        ["ReverseProxy:Clusters:one:Destinations:a:Address"] = "http://127.0.0.1:1",
    };

    /// <summary>YARP's own section with one route for everything.</summary>
    public static Dictionary<string, string?> Route(Uri upstream, (string Key, string Value)? transform = null)
    {
        var section = new Dictionary<string, string?>
        {
            ["ReverseProxy:Routes:all:ClusterId"] = "one",
            ["ReverseProxy:Routes:all:Match:Path"] = "/{**all}",
            ["ReverseProxy:Clusters:one:Destinations:a:Address"] = upstream.ToString(),
        };
        if (transform is { } given)
            section[$"ReverseProxy:Routes:all:Transforms:0:{given.Key}"] = given.Value;
        return section;
    }
}
