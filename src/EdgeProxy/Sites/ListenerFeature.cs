using Microsoft.AspNetCore.Connections;

namespace EdgeProxy.Sites;

/// <summary>What a listener is for.</summary>
internal enum ListenerKind
{
    Http,
    Https,
    Admin,
}

/// <summary>Which listener a connection came in by: set once per connection, seen by every request on it.</summary>
internal sealed record ListenerFeature(ListenerKind Kind)
{
    /// <summary>A connection middleware that marks the connections of one listener.</summary>
    public static Func<ConnectionDelegate, ConnectionDelegate> Mark(ListenerKind kind)
    {
        var feature = new ListenerFeature(kind);
        return next => connection =>
        {
            connection.Features.Set(feature);
            return next(connection);
        };
    }

    /// <summary>The listener of a request. An unmarked one goes by its scheme.</summary>
    public static ListenerKind Of(HttpContext context) =>
        context.Features.Get<ListenerFeature>()?.Kind ?? (context.Request.IsHttps ? ListenerKind.Https : ListenerKind.Http);
}
