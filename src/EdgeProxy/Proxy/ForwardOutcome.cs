namespace EdgeProxy.Proxy;

/// <summary>How forwarding a request ended: where, and by whose doing. Bounded, so fit for a label of a metric.</summary>
internal enum ForwardResult
{
    /// <summary>The upstream's answer went to the client.</summary>
    Answered,

    /// <summary>The client went away before the end.</summary>
    ClientGone,

    /// <summary>The client sent something that cannot be forwarded, or did not send all of it.</summary>
    ClientFailed,

    /// <summary>No upstream was worth asking.</summary>
    NoUpstream,

    /// <summary>The process has no socket left for another connection; nothing of the request was sent.</summary>
    NoSocket,

    /// <summary>No connection could be made; nothing of the request was sent.</summary>
    Unreachable,

    /// <summary>No connection was made in time; nothing of the request was sent.</summary>
    ConnectTimeout,

    /// <summary>The upstream took the request and did not answer in time.</summary>
    Timeout,

    /// <summary>The upstream broke off before it answered.</summary>
    NoAnswer,

    /// <summary>The upstream's answer cannot be understood or forwarded.</summary>
    InvalidAnswer,

    /// <summary>The upstream broke off, or fell silent, in the middle of its answer.</summary>
    BrokenAnswer,
}

/// <summary>How forwarding a request ended, and what is to be said about it.</summary>
/// <param name="Result">The kind of end.</param>
/// <param name="Status">What the client is answered, if nothing has been sent to it.</param>
/// <param name="What">Continues the sentence "upstream X ..."; empty where nothing failed.</param>
internal sealed record ForwardOutcome(ForwardResult Result, int Status, string What)
{
    public static readonly ForwardOutcome Answered = new(ForwardResult.Answered, StatusCodes.Status200OK, "");

    public static readonly ForwardOutcome ClientGone = new(ForwardResult.ClientGone, StatusCodes.Status499ClientClosedRequest, "");

    public static readonly ForwardOutcome NoUpstream = new(ForwardResult.NoUpstream, StatusCodes.Status503ServiceUnavailable, "");

    /// <summary>Whether nothing of the request has been sent, so that another upstream may be asked.</summary>
    public bool IsUnreachable => Result is ForwardResult.Unreachable or ForwardResult.ConnectTimeout;

    /// <summary>Whether the way to the upstream or the upstream has failed, not the client.</summary>
    public bool IsOfUpstream => Result is not (ForwardResult.Answered or ForwardResult.ClientGone or ForwardResult.ClientFailed);
}

/// <summary>Answers a request with an error of our own. Called only while the response has not started.</summary>
internal delegate Task ErrorAnswer(HttpContext context, int status);
