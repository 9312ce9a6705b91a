using EdgeProxy.Configuration.Reading;
using Yarp.ReverseProxy.Configuration;

namespace EdgeProxy.Proxy.Section;

/// <summary>YARP's own section, read by YARP itself, with everything that is wrong in it.</summary>
/// <param name="Routes">In the order they are written.</param>
/// <param name="Clusters">Where the routes lead.</param>
/// <param name="Errors">Routes and clusters are to be used only when there are none.</param>
internal sealed record YarpSectionRoutes(
    IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters, IReadOnlyList<ConfigError> Errors);
