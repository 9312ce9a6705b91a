using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Proxy.WebSockets;

/// <summary>Has the client side of a request's WebSocket, once it is accepted, take leave of the client when the process stops.</summary>
internal static class WebSocketFarewell
{
    public static void Attach(HttpContext context, CancellationToken stopping)
    {
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
            context.Features.Set<IHttpExtendedConnectFeature>(new Connect(connect, stopping));
        else if (context.Features.Get<IHttpUpgradeFeature>() is { } upgrade)
            context.Features.Set<IHttpUpgradeFeature>(new Upgrade(upgrade, stopping));
    }

    private sealed class Upgrade(IHttpUpgradeFeature inner, CancellationToken stopping) : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => inner.IsUpgradableRequest;

        public async Task<Stream> UpgradeAsync() => new WebSocketFarewellStream(await inner.UpgradeAsync(), stopping);
    }

    private sealed class Connect(IHttpExtendedConnectFeature inner, CancellationToken stopping) : IHttpExtendedConnectFeature
    {
        public bool IsExtendedConnect => inner.IsExtendedConnect;

        public string? Protocol => inner.Protocol;

        public async ValueTask<Stream> AcceptAsync() => new WebSocketFarewellStream(await inner.AcceptAsync(), stopping);
    }
}
