using System.Security.Cryptography.X509Certificates;
using EdgeProxy.Proxy.Upstreams;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeProxy.Tests.Proxy;

/// <summary>An edge that trusts the certificate of an upstream.</summary>
internal static class UpstreamTls
{
    public static void Trust(IServiceCollection services, X509Certificate2 certificate)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(certificate);
        services.AddSingleton(new UpstreamConnector(
            new UpstreamSockets(int.MaxValue), TimeProvider.System, NullLogger<UpstreamConnector>.Instance, trust: policy));
    }
}
