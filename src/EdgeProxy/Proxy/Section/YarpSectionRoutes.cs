using Yarp.ReverseProxy.Configuration;

namespace EdgeProxy.Proxy.Section;

/// <summary>YARP's own section, read by YARP itself and free of errors.</summary>
/// <param name="Routes">In the order they are written.</param>
/// <param name="Clusters">Where the routes lead.</param>
internal sealed record YarpSectionRoutes(IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters);
