using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Configuration.Reading;

/// <summary>One upstream: <c>demo</c>, an http or https URL, or <c>h2c://</c> for HTTP/2 without TLS (gRPC servers).</summary>
internal static class UpstreamParser
{
    private const string DemoWord = "demo";
    private const string CleartextHttp2 = "h2c://";

    public static Upstream Parse(string text)
    {
        if (text.Equals(DemoWord, StringComparison.OrdinalIgnoreCase))
            return new Upstream.Demo();
        if (text.StartsWith("ws://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("wss://", StringComparison.OrdinalIgnoreCase))
            throw new FormatException("must start with http:// or https://; WebSockets pass through either.");
        var http2Only = text.StartsWith(CleartextHttp2, StringComparison.OrdinalIgnoreCase);
        return new Upstream.Server(UrlParser.Base(http2Only ? "http://" + text[CleartextHttp2.Length..] : text), http2Only);
    }

    /// <summary>The text that is parsed to <paramref name="upstream"/>.</summary>
    public static string Format(Upstream upstream) => upstream switch
    {
        Upstream.Server { Http2Only: true } server => CleartextHttp2 + UrlParser.Format(server.Address)["http://".Length..],
        Upstream.Server server => UrlParser.Format(server.Address),
        _ => DemoWord,
    };
}
