namespace EdgeProxy.Configuration.Model;

/// <summary>The JSON bodies that a site has for errors which the proxy itself answers. Compared by value.</summary>
/// <param name="Bodies">At most one for a status, in the order of the statuses.</param>
internal sealed record ErrorBodies(ValueList<ErrorBodies.Body> Bodies)
{
    public static ErrorBodies None { get; } = new([]);

    public bool TryGetValue(int status, out ReadOnlyMemory<byte> json)
    {
        foreach (var body in Bodies)
        {
            if (body.Status == status)
            {
                json = body.Json.Memory;
                return true;
            }
        }

        json = default;
        return false;
    }

    /// <param name="Status">The HTTP status of the answer.</param>
    /// <param name="Json">In UTF-8.</param>
    internal sealed record Body(int Status, ValueList<byte> Json);
}
