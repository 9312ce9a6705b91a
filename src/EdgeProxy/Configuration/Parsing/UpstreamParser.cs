using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Configuration.Parsing;

/// <summary>One upstream: <c>demo</c>, an http or https URL, or <c>h2c://</c> for HTTP/2 without TLS (gRPC servers).</summary>
internal static class UpstreamParser
{
    private const string CleartextHttp2 = "h2c://";

    public static Upstream Parse(string text)
    {
        if (text.Equals("demo", StringComparison.OrdinalIgnoreCase))
            return new Upstream.Demo();
        if (text.StartsWith("ws://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("wss://", StringComparison.OrdinalIgnoreCase))
            throw new FormatException("must start with http:// or https://; WebSockets pass through either.");
        var http2Only = text.StartsWith(CleartextHttp2, StringComparison.OrdinalIgnoreCase);
        return new Upstream.Server(UrlParser.Base(http2Only ? "http://" + text[CleartextHttp2.Length..] : text), http2Only);
    }
}
