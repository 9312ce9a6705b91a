using System.Net;

namespace EdgeProxy.Observability;

/// <summary>Whom a request was for (<c>-</c> when no site has its host) and from.</summary>
internal readonly record struct AccessLogSubject(string Site, IPAddress Client);
