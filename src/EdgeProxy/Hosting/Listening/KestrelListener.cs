using System.Net;
using System.Threading.Channels;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Connections;

namespace EdgeProxy.Hosting.Listening;

/// <summary>The endpoint that Kestrel is given: a purpose, which stays while the addresses behind it change.</summary>
internal sealed class ListenerEndPoint(ListenerKind kind) : EndPoint
{
    public ListenerKind Kind => kind;

    public override string ToString() => kind.ToString();
}

/// <summary>The connections of one purpose, whichever address they come in by.</summary>
internal sealed class KestrelListener(ListenerEndPoint endPoint, Channel<ConnectionContext> accepted, Func<Task> unbind)
    : IConnectionListener
{
    public EndPoint EndPoint => endPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (accepted.Reader.TryRead(out var connection))
                return connection;
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        accepted.Writer.TryComplete();
        await unbind();
    }

    public async ValueTask DisposeAsync()
    {
        while (accepted.Reader.TryRead(out var connection))
            await connection.DisposeAsync();
    }
}
