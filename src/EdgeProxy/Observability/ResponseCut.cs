namespace EdgeProxy.Observability;

/// <summary>Request feature set by whoever breaks a response off: it did not reach the client whole.</summary>
internal sealed record ResponseCut;
