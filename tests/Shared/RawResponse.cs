namespace EdgeProxy.Testing;

/// <summary>The last response of a connection, and everything that was received.</summary>
public sealed record RawResponse(int Status, string Head, string Body, string All)
{
    /// <summary>The end of what was received where the server ended the connection by a reset.</summary>
    public const string Reset = "<reset>";

    /// <summary>Everything that was received, where it does not matter how the connection ended.</summary>
    public string Text => All.Replace(Reset, "", StringComparison.Ordinal);

    /// <summary>Whether the server took the whole request, be it to throw it away.</summary>
    public bool SentAll { get; init; }

    public static RawResponse Parse(string received)
    {
        var start = received.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal);
        if (start < 0)
            return new RawResponse(0, "", "", received);
        var text = received[start..];
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return new RawResponse(int.Parse(text.AsSpan(9, 3), null), text[..end], text[(end + 4)..], received);
    }

    public string? Header(string name) => Head.Split("\r\n").Skip(1)
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim())
        .SingleOrDefault();
}
