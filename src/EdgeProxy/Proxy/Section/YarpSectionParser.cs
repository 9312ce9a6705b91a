using EdgeProxy.Configuration.Reading;
using Yarp.ReverseProxy.Configuration;

namespace EdgeProxy.Proxy.Section;

/// <summary>Translates the section <c>ReverseProxy</c> of a configuration into YARP's routes and clusters, or every error in it.</summary>
internal static class YarpSectionParser
{
    public const string Section = "ReverseProxy";

    public static ConfigResult<YarpSectionRoutes> Parse(IConfiguration root)
    {
        var section = root.GetSection(Section);
        if (!section.Exists())
            return ConfigResult<YarpSectionRoutes>.Valid(new YarpSectionRoutes([], []));

        var errors = new List<ConfigError>();
        var clusters = section.GetSection("Clusters").GetChildren()
            .Select(cluster => Read(cluster, errors)?.Clusters[0]).OfType<ClusterConfig>().ToList();
        var routes = section.GetSection("Routes").GetChildren()
            .Select(route => Read(route, errors)?.Routes[0]).OfType<RouteConfig>().ToList();
        Validate(section, routes, clusters, errors);
        return errors.Count > 0
            ? ConfigResult<YarpSectionRoutes>.Invalid(errors)
            : ConfigResult<YarpSectionRoutes>.Valid(new YarpSectionRoutes(routes, clusters));
    }

    // One at a time: YARP stops at the first value that it cannot read, and does not say where.
    private static IProxyConfig? Read(IConfigurationSection entry, List<ConfigError> errors)
    {
        var alone = new ConfigurationBuilder().AddInMemoryCollection(entry.AsEnumerable()).Build();
        using var services = YarpServices(alone.GetSection(Section));
        try
        {
            return services.GetRequiredService<IProxyConfigProvider>().GetConfig();
        }
        catch (Exception exception)
        {
            errors.Add(new ConfigError(entry.Path, Sentence(exception)));
            return null;
        }
    }

    private static void Validate(
        IConfigurationSection section, List<RouteConfig> routes, List<ClusterConfig> clusters, List<ConfigError> errors)
    {
        using var services = YarpServices(section);
        var validator = services.GetRequiredService<IConfigValidator>();
        foreach (var cluster in clusters)
        {
            var found = validator.ValidateClusterAsync(cluster).AsTask().GetAwaiter().GetResult();
            errors.AddRange(found.Select(Sentence).Concat(OwnErrors(cluster))
                .Select(error => new ConfigError($"{Section}:Clusters:{cluster.ClusterId}", error)));
        }

        foreach (var route in routes)
        {
            var found = validator.ValidateRouteAsync(route).AsTask().GetAwaiter().GetResult();
            errors.AddRange(found.Select(Sentence).Concat(OwnErrors(route, section))
                .Select(error => new ConfigError($"{Section}:Routes:{route.RouteId}", error)));
        }
    }

    // What YARP finds out about only when a request comes.
    private static IEnumerable<string> OwnErrors(ClusterConfig cluster)
    {
        foreach (var (name, destination) in cluster.Destinations ?? new Dictionary<string, DestinationConfig>())
        {
            if (!string.IsNullOrEmpty(destination.Address)
                && !(Uri.TryCreate(destination.Address, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
            {
                yield return $"The address \"{destination.Address}\" of destination '{name}' is not a URL. Write it like http://api:8071.";
            }
        }
    }

    private static IEnumerable<string> OwnErrors(RouteConfig route, IConfigurationSection section)
    {
        if (string.IsNullOrEmpty(route.ClusterId))
            yield return "The route has no ClusterId. Name the cluster it leads to.";
        else if (!section.GetSection($"Clusters:{route.ClusterId}").Exists())
            yield return $"There is no cluster '{route.ClusterId}' under {Section}:Clusters.";
        if (route.AuthorizationPolicy is { Length: > 0 } policy && !policy.Equals("Anonymous", StringComparison.OrdinalIgnoreCase))
            yield return "AuthorizationPolicy is not supported: EdgeProxy does not authenticate. Remove it and let the upstream decide.";
        if (!string.IsNullOrEmpty(route.CorsPolicy))
            yield return "CorsPolicy is not supported: EdgeProxy passes CORS requests on. Remove it and let the upstream answer.";
    }

    private static ServiceProvider YarpServices(IConfiguration section)
    {
        var services = new ServiceCollection();
        services.AddLogging().AddReverseProxy().LoadFromConfig(section);
        return services.BuildServiceProvider();
    }

    private static string Sentence(Exception exception) => exception.InnerException is { } inner
        ? $"{exception.Message} {inner.Message}"
        : exception.Message;
}
