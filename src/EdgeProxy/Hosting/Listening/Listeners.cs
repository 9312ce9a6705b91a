using System.Text;
using EdgeProxy.Http;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Net.Http.Headers;

namespace EdgeProxy.Hosting.Listening;

/// <summary>Sets Kestrel up: limits, encodings, and for each endpoint its protocols and connection middleware.</summary>
internal static class Listeners
{
    private const int MaxHeadSize = 128 * 1024;

    /// <summary>What holds for every endpoint.</summary>
    public static void SetUp(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        // Header values go through as the bytes they came as: Latin-1 maps every byte to one character and back.
        // Not for Content-Length: a number too long for one ends the connection without an answer there (ArgumentException in the server).
        kestrel.RequestHeaderEncodingSelector = static name => name == HeaderNames.ContentLength ? null : Encoding.Latin1;
        kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        SetLimits(kestrel.Limits);
    }

    /// <summary>What holds for one endpoint.</summary>
    public static void SetUp(
        ListenOptions listener, ListenerKind kind, ConnectionLimit limit, TlsHandshakeCallbackOptions tls, RejectionMiddleware rejection)
    {
        listener.Protocols = kind == ListenerKind.Https ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
        listener.Use(ListenerFeature.Mark(kind));
        if (kind != ListenerKind.Admin)
            listener.Use(limit.Use);
        if (kind == ListenerKind.Https)
            listener.UseHttps(tls);
        listener.Use(rejection.Use);
    }

    private static void SetLimits(KestrelServerLimits limits)
    {
        // A hard limit against floods, well above the limits that we answer ourselves: see RequestHead.
        limits.MaxRequestLineSize = MaxHeadSize;
        limits.MaxRequestHeadersTotalSize = MaxHeadSize;
        limits.MaxRequestHeaderCount = 1000;
        limits.Http2.MaxRequestHeaderFieldSize = MaxHeadSize;
        // Each site sets its own.
        limits.MaxRequestBodySize = null;
        // Lifted for requests that are conversations, see RequestGuardMiddleware.
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(10));
    }
}
