namespace EdgeProxy.Observability;

/// <summary>Request feature set by what forwards a request: the upstream that it went to.</summary>
internal sealed record UpstreamUsed(string Address);
