namespace EdgeProxy.Configuration.Model;

/// <summary>One site: the names it answers to, what it does with a request, and where its certificates come from.
/// Compared by value, so that a reload sees which sites it leaves as they are.</summary>
internal sealed record Site
{
    /// <summary>The key under <c>Domains</c>, in the form <see cref="HostName"/> gives it.</summary>
    public required string Name { get; init; }

    /// <summary><see cref="Name"/> first, then the aliases. Each has a certificate of its own.</summary>
    public required ValueList<SiteName> Names { get; init; }

    public required SiteTarget Target { get; init; }

    /// <summary>Whether plain http is sent to https; otherwise it is served like https.</summary>
    public bool HttpsRedirect { get; init; } = true;

    /// <summary>301, 302, 307 or 308.</summary>
    public int RedirectStatusCode { get; init; } = 301;

    /// <summary>Bytes; null is no limit.</summary>
    public long? MaxRequestBodySize { get; init; }

    /// <summary>What replaces the default bodies of errors that the proxy itself answers.</summary>
    public ErrorBodies Errors { get; init; } = ErrorBodies.None;
}

/// <summary>A host name that a site answers to, exact or <c>*.</c> and one label, with the source of its certificate.</summary>
internal sealed record SiteName(string Name, CertificateSource Certificate);

/// <summary>What a site does with a request: a closed set.</summary>
internal abstract record SiteTarget
{
    /// <summary>Forwards to one of <paramref name="Upstreams"/>.</summary>
    /// <param name="Upstreams">At least one.</param>
    /// <param name="HostHeader">The Host header sent upstream.</param>
    /// <param name="Timeout">How long the upstream may stay silent.</param>
    /// <param name="ConnectTimeout">How long connecting may take.</param>
    internal sealed record Proxy(
        ValueList<Upstream> Upstreams, HostHeader HostHeader, TimeSpan Timeout, TimeSpan ConnectTimeout) : SiteTarget
    {
        /// <summary>Whether the upstream is connected only once the whole request body is here.</summary>
        public bool RequestBuffering { get; init; }
    }

    /// <summary>Sends visitors to <paramref name="Location"/>, path and query kept.</summary>
    internal sealed record Redirect(Uri Location) : SiteTarget;
}

/// <summary>Where a request is forwarded to: a closed set.</summary>
internal abstract record Upstream
{
    /// <summary>A server by its absolute http or https address.</summary>
    /// <param name="Address">May have a path.</param>
    /// <param name="Http2Only">Cleartext HTTP/2 with prior knowledge (h2c).</param>
    internal sealed record Server(Uri Address, bool Http2Only) : Upstream;

    /// <summary>The embedded upstream that shows the request it received.</summary>
    internal sealed record Demo : Upstream;
}

/// <summary>The Host header that the upstream sees: a closed set.</summary>
internal abstract record HostHeader
{
    /// <summary>As the client sent it.</summary>
    internal sealed record Preserve : HostHeader;

    /// <summary>The client's host with the port the request arrived at (nginx's <c>$host:$server_port</c>).</summary>
    internal sealed record PreserveWithPort : HostHeader;

    /// <summary>The host and port of the upstream's address.</summary>
    internal sealed record FromUpstream : HostHeader;

    internal sealed record Literal(string Value) : HostHeader;
}
