using System.Net;

namespace EdgeProxy.Observability;

/// <summary>How a response ended for the client.</summary>
internal enum ResponseEnd
{
    Done,

    /// <summary>It did not reach the client whole.</summary>
    Aborted,
}

/// <summary>The account of one request, given when it has ended. Texts are as they came.</summary>
internal readonly record struct RequestOutcome
{
    /// <summary>The site's name; null when no site has the host.</summary>
    public string? Site { get; init; }

    public required IPAddress Client { get; init; }

    public required string Method { get; init; }

    /// <summary>As the client wrote it; null when it was not understood.</summary>
    public string? Target { get; init; }

    /// <summary>HTTP/1.1, HTTP/2, ...; null when it was not understood.</summary>
    public string? Protocol { get; init; }

    /// <summary>The status that was or would have been sent.</summary>
    public required int Status { get; init; }

    /// <summary>Bytes of the response body that were handed to the server; what flows after an upgrade is not counted.</summary>
    public required long Bytes { get; init; }

    /// <summary>From the head of the request to the end of the response.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The upstream's address; null when we answered ourselves.</summary>
    public string? Upstream { get; init; }

    public required ResponseEnd End { get; init; }
}
