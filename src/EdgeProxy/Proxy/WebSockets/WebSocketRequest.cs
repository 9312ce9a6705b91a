using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Proxy.WebSockets;

/// <summary>Whether a request asks for a WebSocket: by upgrade (RFC 6455 §4.1) or by extended CONNECT (RFC 8441 §4).</summary>
internal static class WebSocketRequest
{
    private const string Protocol = "websocket";

    public static bool Is(HttpContext context)
    {
        if (HttpMethods.IsConnect(context.Request.Method))
        {
            return context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect
                && string.Equals(connect.Protocol, Protocol, StringComparison.OrdinalIgnoreCase);
        }

        return context.Request.Headers.Upgrade is { Count: 1 } upgrade
            && string.Equals(upgrade[0], Protocol, StringComparison.OrdinalIgnoreCase)
            && context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true;
    }
}
