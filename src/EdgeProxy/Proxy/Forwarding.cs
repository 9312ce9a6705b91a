using EdgeProxy.Proxy.Demo;
using EdgeProxy.Proxy.Section;
using EdgeProxy.Proxy.Upstreams;
using Microsoft.AspNetCore.DataProtection;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms.Builder;

namespace EdgeProxy.Proxy;

/// <summary>How the host takes the proxy in: its services.</summary>
internal static class Forwarding
{
    /// <summary>Needs <c>CurrentSites</c> and a <see cref="TimeProvider"/> beside it.</summary>
    /// <param name="services">Those of the host.</param>
    /// <param name="answer">Writes an error of our own.</param>
    /// <param name="upstreamSockets">How many sockets to upstreams may be open at once.</param>
    public static IServiceCollection AddForwarding(this IServiceCollection services, ErrorAnswer answer, int upstreamSockets)
    {
        services.AddRequestTimeouts().AddReverseProxy();
        KeepKeysInMemory(services);
        return services
            .AddSingleton(answer)
            .AddSingleton<DemoUpstream>()
            .AddSingleton(new UpstreamSockets(upstreamSockets))
            .AddSingleton<UpstreamConnector>()
            .AddSingleton<UpstreamPools>()
            .AddSingleton<UpstreamGroups>()
            .AddSingleton<IUpstreamExchange, YarpExchange>()
            .AddSingleton<SiteForwarder>()
            .AddSingleton<SitePipeline>()
            .AddSingleton<ProxyRoutes>()
            .AddSingleton<IProxyConfigProvider>(provider => provider.GetRequiredService<ProxyRoutes>())
            .AddSingleton<IConfigChangeListener>(provider => provider.GetRequiredService<ProxyRoutes>())
            .AddSingleton<IForwarderHttpClientFactory, SectionClientFactory>()
            .AddSingleton<ITransformProvider, SectionTransforms>();
    }

    // YARP asks for data protection (session affinity in its own section). Its keys would otherwise be written to the home folder at start.
    private static void KeepKeysInMemory(IServiceCollection services)
    {
        var onDisk = services.Where(service => service.ServiceType == typeof(IHostedService)
            && service.ImplementationType?.Assembly == typeof(EphemeralDataProtectionProvider).Assembly).ToList();
        foreach (var service in onDisk)
            services.Remove(service);
        services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
    }
}
