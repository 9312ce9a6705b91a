using System.Net;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Sites;

/// <summary>What the pipeline found out about a request before anything answers it; set once, read by everything behind.</summary>
/// <param name="Site">The site that the request is for.</param>
/// <param name="Host">The site name form of the requested host: lower case, no port, no trailing dot.</param>
/// <param name="ClientHost">The Host header exactly as the client sent it.</param>
/// <param name="PeerIsTrusted">Whether the connection comes from one of the trusted proxies.</param>
/// <param name="ClientAddress">The client's address: the peer's, or what trusted proxies say.</param>
internal sealed record RequestSite(Site Site, string Host, string ClientHost, bool PeerIsTrusted, IPAddress ClientAddress);
