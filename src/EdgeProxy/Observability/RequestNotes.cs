namespace EdgeProxy.Observability;

/// <summary>Request feature: collects, while a request is answered, what its <see cref="RequestOutcome"/> will say.</summary>
internal sealed class RequestNotes
{
    private RequestNotes()
    {
    }

    /// <summary>The upstream that was asked last; null when none was.</summary>
    public string? Upstream { get; set; }

    /// <summary>Whether the response was broken off.</summary>
    public bool IsCut { get; set; }

    public static RequestNotes Of(HttpContext context)
    {
        if (context.Features.Get<RequestNotes>() is { } notes)
            return notes;
        context.Features.Set(notes = new RequestNotes());
        return notes;
    }
}
